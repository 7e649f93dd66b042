"""Why stored value is refused, in sentences that a cashier can read aloud."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.money import format_money
from stores.errors import ApprovalNeeded


class NoSuchHolder(DomainError):
    """Merged, erased or unknown: nothing comes in and nothing goes out."""

    def __init__(self) -> None:
        super().__init__("no_such_holder", _("This member or card is not in use."))


class TenderRefused(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "tender_refused", _("Name how it is paid, and an amount above zero.")
        )


class TopUpTooSmall(DomainError):
    def __init__(self, *, least: int) -> None:
        super().__init__(
            "top_up_too_small",
            _("The smallest top-up is %(amount)s.") % {"amount": format_money(least)},
            least=least,
        )


class TopUpTooLarge(DomainError):
    def __init__(self, *, most: int) -> None:
        super().__init__(
            "top_up_too_large",
            _("The largest top-up is %(amount)s.") % {"amount": format_money(most)},
            most=most,
        )


class HoldsTooMuch(DomainError):
    """The law, or the shop, sets how much one person or card may hold."""

    def __init__(self, *, most: int) -> None:
        super().__init__(
            "holds_too_much",
            _("No more than %(amount)s of principal may be held.")
            % {"amount": format_money(most)},
            most=most,
        )


class CashRefused(DomainError):
    """So large a purchase is not paid in cash, says the law."""

    def __init__(self, *, from_amount: int) -> None:
        super().__init__(
            "cash_refused",
            _("From %(amount)s on, payment may not be in cash.")
            % {"amount": format_money(from_amount)},
            from_amount=from_amount,
        )


class CashOutTooLarge(DomainError):
    def __init__(self, *, most: int) -> None:
        super().__init__(
            "cash_out_too_large",
            _("No more than %(amount)s is paid out in cash; choose another way.")
            % {"amount": format_money(most)},
            most=most,
        )


class PlanRefused(DomainError):
    """The named plan does not apply, and why."""

    def __init__(self, *, why: str | Promise) -> None:
        super().__init__("plan_refused", why)


class PlanNotSaved(DomainError):
    """The plan contradicts itself."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("plan_not_saved", " ".join(sentences), sentences=sentences)


class NotEnough(DomainError):
    def __init__(self, *, short_by: int) -> None:
        super().__init__(
            "not_enough",
            _("The wallet is %(amount)s short.") % {"amount": format_money(short_by)},
            short_by=short_by,
        )


class AmountRefused(DomainError):
    def __init__(self) -> None:
        super().__init__("amount_refused", _("The amount must be above zero."))


class NothingLeft(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "nothing_left", _("Nothing of this is left that could be given back.")
        )


class NotAPayment(DomainError):
    def __init__(self) -> None:
        super().__init__("not_a_payment", _("This is not a payment from a wallet."))


class TransferForbidden(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "transfer_forbidden", _("Stored value may not be transferred here.")
        )


class TransferToOneself(DomainError):
    def __init__(self) -> None:
        super().__init__("transfer_to_oneself", _("Giver and taker are the same."))


class HoldEnded(DomainError):
    def __init__(self) -> None:
        super().__init__("hold_ended", _("This hold has ended already."))


class HoldOver(DomainError):
    """A hold that would have ended before it began."""

    def __init__(self) -> None:
        super().__init__("hold_over", _("A hold ends in the future."))


class HoldTooLong(DomainError):
    """A hold that would keep somebody's money away for longer than a year."""

    def __init__(self) -> None:
        super().__init__("hold_too_long", _("A hold lasts a year at most."))


class HoldsOpen(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "holds_open",
            _("Something is held for a booking. Capture or release it first."),
        )


class CodeTooSimple(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "payment_code_too_simple",
            _("A payment code is six digits, and not as simple as 111111 or 123456."),
        )


class CodeNeeded(DomainError):
    """Above the shop's limit, or on a device that nobody signed in to."""

    def __init__(self) -> None:
        super().__init__(
            "payment_code_needed",
            _("Please ask the member for the payment code or the rotating code."),
        )


class SpendingWaits(DomainError):
    """The member's phone was changed: who has it now has to wait, until when."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(
            "spending_waits",
            _(
                "The phone of this member was changed less than 24 hours ago. Larger "
                "amounts can be spent after that."
            ),
            until=until.isoformat(),
        )


class VouchingNeeded(ApprovalNeeded):
    """Above the limit, where an approver may vouch for a guest without a code."""

    def __init__(self, *, act: str, amount: int) -> None:
        DomainError.__init__(
            self,
            "payment_code_needed",
            _(
                "Please ask the member for the payment code or the rotating code,"
                " or have a second person vouch for them."
            ),
            act=act,
            amount=amount,
        )


class CodeProofNeeded(ApprovalNeeded):
    """Nobody has proven to be the member whose payment code is to be set."""

    def __init__(self, *, act: str) -> None:
        DomainError.__init__(
            self,
            "approval_needed",
            _("To set a payment code a second person has to know the member."),
            act=act,
            amount=0,
        )


class FirstCodeOnly(DomainError):
    """A code sent to a phone sets a first payment code, and changes none: whoever has
    the phone in hand for a minute would have the wallet.
    """

    def __init__(self) -> None:
        super().__init__(
            "payment_code_is_set",
            _(
                "There is a payment code already: to change it, show the rotating code"
                " or have an approver beside you."
            ),
        )


class PhoneCodeNotSent(DomainError):
    """No phone, one whose prefix gets no codes, or too many codes for now."""

    def __init__(self) -> None:
        super().__init__(
            "phone_code_not_sent",
            _(
                "No code can be sent to this phone now. Try again later, or have an"
                " approver who knows the member beside you."
            ),
        )


class CodeRefused(DomainError):
    """A wrong code, or none set: the same sentence either way."""

    def __init__(self) -> None:
        super().__init__("payment_code_refused", _("This payment code is not right."))


class CodeLocked(DomainError):
    def __init__(self, *, until: datetime) -> None:
        super().__init__(
            "payment_code_locked",
            _("Too many wrong tries. Please wait 15 minutes and try again."),
            until=until,
        )
