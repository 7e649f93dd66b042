"""Who may do it, and who stands beside them where it takes two."""

from dataclasses import dataclass
from datetime import datetime

from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval, Store, User

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
