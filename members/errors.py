"""What the member book refuses, in sentences that can be read aloud."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class NameRefused(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "name_refused",
            _("A name has 1 to 80 signs, without line breaks or control characters."),
        )


class PhoneNotRead(DomainError):
    """Not a number that exists; the sentence does not repeat it."""

    def __init__(self) -> None:
        super().__init__(
            "phone_not_read",
            _("This is not a phone number. Please type it with its area code."),
        )


class PhoneTaken(DomainError):
    """Says nothing of whose it is; `is_former`: of a row that was merged."""

    def __init__(self, *, is_former: bool = False) -> None:
        sentence = (
            _("This is a former number of a member. The office can release it.")
            if is_former
            else _("A member is already known by this phone number.")
        )
        super().__init__("phone_taken", sentence)


class NoFormerPhone(DomainError):
    """This row was not merged, or no phone leads to it any more."""

    def __init__(self) -> None:
        super().__init__("no_former_phone", _("There is no former number here."))


class EmailRefused(DomainError):
    def __init__(self) -> None:
        super().__init__("email_refused", _("This is not an e-mail address."))


class ValueRefused(DomainError):
    """Something else that was typed cannot be kept; `field` says what."""

    def __init__(self, *, field: str, message: str | Promise) -> None:
        super().__init__("value_refused", message, field=field)


class NobodyNamed(DomainError):
    def __init__(self) -> None:
        super().__init__("nobody_named", _("Please give a name or a phone number."))


class MemberUnknown(DomainError):
    def __init__(self) -> None:
        super().__init__("member_unknown", _("There is no such member."))


class MemberNotActive(DomainError):
    """Merged into another, or erased."""

    def __init__(self) -> None:
        super().__init__(
            "member_not_active", _("This member was merged into another, or erased.")
        )


class ReferralUnknown(DomainError):
    def __init__(self) -> None:
        super().__init__("referral_unknown", _("Nobody has this referral code."))


class NotYourself(DomainError):
    def __init__(self) -> None:
        super().__init__("not_yourself", _("A member cannot be brought by themselves."))


class BirthdayRefused(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "birthday_refused", _("There is no such day in this calendar.")
        )


class BirthdayIsSet(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "birthday_is_set",
            _("The birthday is set already; only a manager can change it."),
        )


class BirthdayTooNear(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "birthday_too_near",
            _("A birthday is not changed within 30 days before it comes."),
        )


class ConsentTextMissing(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "consent_text_missing", _("There is no text yet to agree to for this.")
        )


class NoConsentNeeded(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "no_consent_needed",
            _("Messages about the member’s own business need no consent."),
        )


class MergeRefused(DomainError):
    def __init__(self, message: str | Promise) -> None:
        super().__init__("merge_refused", message)


class HoldsValue(DomainError):
    """Erasing waits until this is spent, paid out or given up with a signature."""

    def __init__(self, *, held: list[str]) -> None:
        super().__init__(
            "holds_value",
            _(
                "This member still holds something: %(held)s. It has to be spent, paid"
                " out, or given up with a signature."
            )
            % {"held": ", ".join(held)},
            held=held,
        )


class MoneyFirst(DomainError):
    """Nobody leaves by themselves while money of theirs is here."""

    def __init__(self, *, held: list[str]) -> None:
        super().__init__(
            "money_first",
            _("First what is yours: %(held)s.") % {"held": ", ".join(held)},
            held=held,
        )


class HoldingsChanged(DomainError):
    """Whoever agreed to give something up saw less of it, or other things."""

    def __init__(self) -> None:
        super().__init__(
            "holdings_changed",
            _("What you hold has changed meanwhile. Please read it again."),
        )


class ClosureStoreRefused(DomainError):
    """No store of ours, or one that is shut."""

    def __init__(self) -> None:
        super().__init__(
            "closure_store_refused", _("Choose the store that pays you out.")
        )


class EraseRefused(DomainError):
    def __init__(self, message: str | Promise) -> None:
        super().__init__("erase_refused", message)


class StaffCardTaken(DomainError):
    """One person is one member, and the other way round."""

    def __init__(self) -> None:
        super().__init__(
            "staff_card_taken",
            _("This person has a member card already, or the card is a colleague’s."),
        )


class MemberBusy(DomainError):
    """A till was at work on the same member all the while."""

    def __init__(self) -> None:
        super().__init__(
            "member_busy",
            _("Something is being entered for this member just now. Please try again."),
        )


class SpendingFrozen(DomainError):
    """The member froze what they hold, on their own phone."""

    def __init__(self) -> None:
        super().__init__(
            "spending_frozen",
            _(
                "This member has frozen all spending. They lift it on their phone with "
                "the payment code, or at a till."
            ),
        )
