"""Who may do it, and what an approval of it is about."""

from common.text import one_line
from gift_cards.errors import OnlyOneself
from gift_cards.models import GiftCard
from ledger.services import Act
from members.services.access import is_self
from stores.errors import ReasonMissing

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


def reason_of(text: str) -> str:
    """Why, in a few words; it stays in the log for ever. Raises ReasonMissing."""
    plain = one_line(text, 200)
    if not plain:
        raise ReasonMissing
    return plain


def subject_of(card_id: int) -> str:
    """What an approval is about."""
    return f"gift_card:{card_id}"


def require_oneself(by: Act, member_id: int) -> None:
    """Refuse whoever is not this member: what one does with one's own, nobody does for
    them. Raises OnlyOneself.
    """
    if not is_self(by, member_id):
        raise OnlyOneself


def people_of(card: GiftCard) -> list[int | None]:
    """The members to whom its value flows: who bought the card, who keeps it."""
    return [card.buyer_id, card.owner_id]
