"""Who may do it, and who stands beside them where it takes two."""

from dataclasses import dataclass
from datetime import datetime

from ledger.services import Act
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import ApprovalNeeded, ReasonMissing
from stores.models import Approval, Shift, Store, User

SELL = "gift_cards.sell_gift_card"
REDEEM = "gift_cards.redeem_gift_card"
REFUND = "gift_cards.refund_gift_card"
BLOCK = "gift_cards.block_gift_card"
REPLACE = "gift_cards.replace_gift_card"
EXTEND = "gift_cards.extend_gift_card"
VOID = "gift_cards.void_gift_card"
ORDER = "gift_cards.order_batch"
EXPORT = "gift_cards.export_codes"
WITHDRAW = "gift_cards.withdraw_batch"
RESEND = "gift_cards.resend_gift"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPerson:
    """Somebody who stands beside the maker and proves it by PIN or password."""

    checker: User
    secret: str


def reason_of(text: str) -> str:
    """Why, in a few words; it stays in the log for ever. Raises ReasonMissing."""
    plain = text.replace("\x00", "").strip()[:200]
    if not plain:
        raise ReasonMissing
    return plain


def subject_of(card_id: int) -> str:
    """What an approval is about."""
    return f"gift_card:{card_id}"


def within_limit(
    *,
    by: Act,
    act: str,
    amount: int,
    subject: str,
    at: datetime,
    approval: Approval | None,
) -> None:
    """A step: use up the maker's own limit, or the approval of a second person.

    Without a shift there is no sum to keep, so whoever has a limit needs the second
    person. Raises NotAllowed, ApprovalNeeded, ApprovalNotUsable.
    """
    if by.staff_id is None:
        return
    maker = User.objects.get(pk=by.staff_id)
    if by.shift_id is not None:
        stores_services.use_limit(
            staff=maker,
            act=act,
            amount=amount,
            shift=Shift.objects.select_related("store").get(pk=by.shift_id),
            at=at,
            approval=approval,
            subject=subject,
        )
        return
    stores_services.require_for(by, act)
    if by.store_id is None:
        return
    store = Store.objects.get(pk=by.store_id)
    if approval is not None:
        stores_services.consume_approval(
            approval=approval,
            act=act,
            maker=maker,
            amount=amount,
            store=store,
            at=at,
            subject=subject,
        )
    elif amount and stores_selectors.limit_of(maker, act, store=store).per_act is not (
        None
    ):
        raise ApprovalNeeded(act=act, amount=amount, allowed=0)


def approved_by(
    second: SecondPerson,
    *,
    act: str,
    maker: User,
    store: Store,
    amount: int,
    subject: str,
    reason: str,
    at: datetime,
    request_id: str = "",
) -> Approval:
    """Ask the second person who stands by; to be called before the act itself."""
    return stores_services.approve_beside(
        act=act,
        maker=maker,
        checker=second.checker,
        secret=second.secret,
        store=store,
        amount=amount,
        reason=reason,
        at=at,
        subject=subject,
        request_id=request_id,
    )
