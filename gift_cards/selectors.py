"""Questions about gift cards: what is whose, and what is left. Never a code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from ledger import selectors as ledger_selectors

from .models import Gift, GiftCard, GiftCardCode, GiftCardDesign


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card as its holder, or staff, may see it; `usable` in minor units."""

    card_id: int
    public_id: UUID
    last4: str
    status: str
    design_id: int
    amount: int | None
    usable: int
    expires_at: datetime | None


def designs_on_sale() -> QuerySet[GiftCardDesign]:
    """The faces to choose from."""
    return GiftCardDesign.objects.filter(is_active=True).select_related("picture")


def with_live_codes(cards: QuerySet[GiftCard]) -> QuerySet[GiftCard]:
    """With the code that opens each now, for lists: `live_codes`."""
    alive = GiftCardCode.objects.filter(died_at=None)
    return cards.prefetch_related(
        Prefetch("codes", queryset=alive, to_attr="live_codes")
    )


def card(*, card_id: int, at: datetime) -> CardFacts | None:
    """A card by its number; None where there is none."""
    row = GiftCard.objects.filter(pk=card_id).first()
    return _facts(row, at) if row is not None else None


def cards_of(*, member_id: int, at: datetime) -> list[CardFacts]:
    """The cards that a member keeps, the first to expire first."""
    mine = GiftCard.objects.filter(owner_id=member_id, status=GiftCard.Status.ACTIVE)
    return [_facts(row, at) for row in mine.order_by("expires_at", "pk")]


def last4_of(card_id: int) -> str:
    """How the code that opens it now ends; empty where nobody has one."""
    alive = GiftCardCode.objects.filter(card_id=card_id, died_at=None)
    return alive.values_list("last4", flat=True).first() or ""


def gift_of(*, card_id: int) -> Gift | None:
    """The gift that a card is, if it is one."""
    return Gift.objects.filter(card_id=card_id).first()


def _facts(row: GiftCard, at: datetime) -> CardFacts:
    usable = (
        ledger_selectors.usable_balance(account_id=row.account_id, at=at)
        if row.account_id is not None
        else 0
    )
    return CardFacts(
        row.pk,
        row.public_id,
        last4_of(row.pk),
        row.status,
        row.design_id,
        row.amount,
        usable,
        row.expires_at,
    )


def members_of_gift_cards(card_ids: Collection[int]) -> list[int | None]:
    """Whose these cards are: who bought them, and who keeps them."""
    cards = GiftCard.objects.filter(pk__in=card_ids)
    people = cards.values_list("buyer_id", "owner_id")
    return [member_id for pair in people for member_id in pair]
