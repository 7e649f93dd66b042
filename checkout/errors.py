"""What a bill is refused for, in sentences that a cashier can read aloud."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.money import format_money
from common.quantity import format_quantity
from stores.errors import ApprovalNeeded

if TYPE_CHECKING:
    from .bill import Quote


class BillRefused(DomainError):
    """A bill that is none: no lines, too many, or amounts that cannot be."""

    def __init__(self, code: str = "bill_refused") -> None:
        sentences = {
            "bill_refused": _("A bill has at most 200 lines, each with its price."),
            "nothing_to_pay": _("A bill of nothing is for a member who came."),
            "bill_too_large": _("This bill is too large."),
            "reference_refused": _("A bill number has 1 to 80 plain characters."),
            "tender_refused": _("A payment names its kind and an amount above zero."),
            "tender_reference_refused": _(
                "The number of a payment has at most 120 plain characters."
            ),
        }
        super().__init__(code, sentences[code])


class StoreNeeded(DomainError):
    """Head office sells nothing: a bill belongs to a store."""

    def __init__(self) -> None:
        super().__init__("store_required", _("Name the store of this bill."))


class Underpaid(DomainError):
    """The tenders do not cover what is due."""

    def __init__(self, *, missing: int) -> None:
        super().__init__(
            "underpaid",
            _("%(amount)s is still to be paid.") % {"amount": format_money(missing)},
            missing=missing,
        )


class Overpaid(DomainError):
    """More than is due, and not in cash that could be changed."""

    def __init__(self, *, excess: int) -> None:
        super().__init__(
            "overpaid",
            _("That is %(amount)s too much; only cash can be changed.")
            % {"amount": format_money(excess)},
            excess=excess,
        )


class QuoteChanged(DomainError):
    """What the guest was told is not true any more; the new quote comes along."""

    def __init__(self, quote: "Quote", *, told: int, document: object) -> None:
        super().__init__(
            "quote_changed",
            _("The amount has changed: %(now)s is due, not %(told)s.")
            % {"now": format_money(quote.due), "told": format_money(told)},
            due=quote.due,
            quote=document,
        )
        self.quote = quote


class DuplicateReference(DomainError):
    """The till's own bill number was settled on this business day before."""

    def __init__(self) -> None:
        super().__init__(
            "duplicate_reference",
            _("This bill number was settled before on this business day."),
        )


class RequestInProgress(DomainError):
    """The same request is being carried out this moment."""

    def __init__(self) -> None:
        super().__init__(
            "request_in_progress", _("This request is still being carried out.")
        )


class CardNotActive(DomainError):
    """The card that was shown may not pay: lost, replaced, expired, closed."""

    def __init__(self) -> None:
        super().__init__(
            "card_not_active", _("This card cannot be used to pay any more.")
        )


class MemberNotActive(DomainError):
    """A member who is being merged into another at this moment uses nothing."""

    def __init__(self) -> None:
        super().__init__("member_not_active", _("This member cannot use anything now."))


class GuestUnknown(DomainError):
    """Nobody is known by this id or code."""

    def __init__(self) -> None:
        super().__init__("member_not_found", _("Nobody is known by this."))


class CodeNotAccepted(DomainError):
    """A rotating code that is wrong, too old, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            "code_not_accepted",
            _("This code is not valid any more; ask for the one shown now."),
        )


class InsufficientFunds(DomainError):
    """The wallet does not hold so much; of another's nobody is told by how much."""

    def __init__(self, *, short_by: int | None) -> None:
        if short_by is None:
            super().__init__(
                "insufficient_funds", _("There is not enough in this wallet.")
            )
            return
        super().__init__(
            "insufficient_funds",
            _("The stored value is %(amount)s short.")
            % {"amount": format_money(short_by)},
            short_by=short_by,
        )


class InsufficientPoints(DomainError):
    """There are not so many points."""

    def __init__(self) -> None:
        super().__init__("insufficient_points", _("There are not enough points."))


class CouponUnavailable(DomainError):
    """A coupon that was asked for cannot be used on this bill."""

    def __init__(self, *, coupon_id: int | None, why: str = "") -> None:
        super().__init__(
            "coupon_unavailable",
            why or _("A coupon cannot be used any more."),
            coupon=coupon_id,
        )


class GiftCardUnavailable(DomainError):
    """A gift card that was shown cannot pay what it was to pay."""

    def __init__(self, *, last4: str) -> None:
        super().__init__(
            "gift_card_unavailable",
            _("The gift card ending in %(last4)s cannot pay that.") % {"last4": last4},
        )


class ShareLimitReached(DomainError):
    """The shared wallet's owner does not let it pay so much."""

    def __init__(self) -> None:
        super().__init__(
            "share_limit_exceeded",
            _("The owner of this wallet does not share so much of it."),
        )


class SaleUnknown(DomainError):
    """No such sale at this store."""

    def __init__(self) -> None:
        super().__init__("sale_not_found", _("There is no such sale."))


class OverRefund(DomainError):
    """More than is left of what was paid for the sale, or for one line of it."""

    def __init__(
        self, *, left: int, line: int | None = None, thousandths: int | None = None
    ) -> None:
        words = {"amount": format_money(left), "line": line}
        if thousandths is not None:
            words["quantity"] = format_quantity(thousandths)
            sentence = _("Only %(quantity)s of line %(line)s can still be returned.")
        elif line is not None:
            sentence = _("Only %(amount)s of line %(line)s can still be refunded.")
        elif left:
            sentence = _("Only %(amount)s of this sale can still be refunded.")
        else:
            sentence = _("Nothing of this sale can still be refunded.")
        super().__init__("over_refund", sentence % words, left=left)


class RefundRefused(DomainError):
    """A refund that says neither how much nor of what."""

    def __init__(self) -> None:
        super().__init__(
            "refund_refused", _("Say how much to refund: an amount or lines, above 0.")
        )


class GiftCardGone(DomainError):
    """What a gift card paid cannot go back to it: the card itself was taken back."""

    def __init__(self, *, last4: str) -> None:
        super().__init__(
            "gift_card_unavailable",
            _("The gift card ending in %(last4)s is void; nothing goes back to it.")
            % {"last4": last4},
        )


class NotVoidable(DomainError):
    """Only an untouched sale of the same shift and business day can be voided."""

    def __init__(self, code: str = "not_voidable") -> None:
        sentences = {
            "not_voidable": _(
                "Only a sale of the same shift and day can be voided; refund it"
                " instead."
            ),
            "already_void": _("This sale is void."),
            "already_refunded": _(
                "Something of this sale was refunded; refund the rest instead."
            ),
        }
        super().__init__(code, sentences[code])


class OfferRefused(DomainError):
    """What is wrong with an offer, each in a sentence."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("offer_refused", " ".join(sentences), sentences=sentences)


class ReturnNeedsApprover(ApprovalNeeded):
    """Goods of another store, which the policy lets nobody take back alone."""

    def __init__(self, *, act: str, amount: int) -> None:
        DomainError.__init__(
            self,
            "return_needs_approver",
            _("Another store sold this: a second person has to approve it."),
            act=act,
            amount=amount,
        )


class ExchangeOfNothing(DomainError):
    """An exchange without anything that is taken for what comes back."""

    def __init__(self) -> None:
        super().__init__(
            "exchange_of_nothing",
            _("Say what is taken in exchange; to give back only, refund."),
        )


class ExchangeStays(DomainError):
    """What came back in an exchange is not there any more as it was, so that the guest
    would not have what they had; or the return was of another store, or itself undoes
    an exchange.
    """

    def __init__(self) -> None:
        super().__init__(
            "exchange_stays",
            _(
                "This exchange cannot be undone as a whole: what came back in it has"
                " been used or paid out otherwise, or was another store's. Void or"
                " refund the new bill, and ring up the goods that were brought back."
            ),
        )


class ExchangeChanged(DomainError):
    """What the guest was told is not true any more; the new quote comes along."""

    def __init__(self, *, difference: int, document: object) -> None:
        amount = {"amount": format_money(abs(difference))}
        super().__init__(
            "quote_changed",
            _("The amount has changed: %(amount)s is to be paid.") % amount
            if difference >= 0
            else _("The amount has changed: %(amount)s is to be handed out.") % amount,
            difference=difference,
            quote=document,
        )
