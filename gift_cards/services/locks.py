"""The lock that every act on a card takes first."""

from collections.abc import Iterable

from gift_cards.errors import GiftCardUnknown
from gift_cards.models import GiftCard


def locked(card_ids: Iterable[int]) -> list[GiftCard]:
    """These cards, locked in the order of their keys. Raises GiftCardUnknown."""
    wanted = set(card_ids)
    rows = (
        GiftCard.objects.filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    cards = list(rows)
    if len(cards) != len(wanted):
        raise GiftCardUnknown
    return cards


def locked_card(card_id: int) -> GiftCard:
    """One card, locked."""
    return locked([card_id])[0]
