"""Questions about gift cards: what is whose, and what is left. Never a code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from ledger import selectors as ledger_selectors
from ledger.selectors import Movement
from policies import selectors as policies_selectors

from .codes import shown_link_token, token_digest
from .letters import link_of
from .models import Gift, GiftCard, GiftCardCode, GiftCardDesign, GiftCardPolicy
from .thumbnails import draw_small


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


def face_of(design_id: int, *, brand: str, language: str) -> bytes | None:
    """What a design that is on sale looks like, small, without an amount."""
    design = designs_on_sale().filter(pk=design_id).first()
    if design is None:
        return None
    return draw_small(
        face=design.face,
        brand=brand,
        greeting=design.greeting,
        language=language,
        own=bytes(design.picture.image) if design.picture is not None else b"",
    )


def movements_of(card_id: int, *, most: int = 20) -> list[Movement]:
    """What a card was sold for, and what it paid, the latest first."""
    account_id = GiftCard.objects.values_list("account_id", flat=True).get(pk=card_id)
    if account_id is None:
        return []
    return ledger_selectors.statement(account_id=account_id, limit=most)


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


def gifts_given(member_id: int) -> QuerySet[Gift]:
    """What a member gave to friends, the latest first: what became of each, no code."""
    return (
        Gift.objects.filter(card__buyer_id=member_id)
        .select_related("card__design")
        .order_by("-card__sold_at", "-pk")
    )


def gifts_received(
    member_id: int, *, since: date, until: date
) -> list[tuple[Gift, date]]:
    """The gifts of others that a member kept or moved into the wallet on the house's
    days from `since` to before `until`, each with its day.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    first, end = (datetime.combine(day, time.min, zone) for day in (since, until))
    rows = (
        Gift.objects.filter(
            card__owner_id=member_id, kept_at__gte=first, kept_at__lt=end
        )
        .exclude(card__buyer_id=member_id)
        .select_related("card")
        .order_by("kept_at")
    )
    return [
        (row, row.kept_at.astimezone(zone).date())
        for row in rows
        if row.kept_at is not None
    ]


def shown_link(gift: Gift) -> str:
    """The link of a gift that its giver hands over, as long as nobody opened it; empty
    where it travels by itself, or cannot be shown again.
    """
    if gift.channel != Gift.Channel.LINK or not gift.is_returnable:
        return ""
    token = shown_link_token(gift.card.public_id, gift.token_digest or "")
    return link_of(token) if token else ""


@dataclass(frozen=True, slots=True)
class LinkedGift:
    """A gift found by its link, or by one that was replaced since."""

    gift: Gift
    is_former: bool


def gift_by_link(token: str) -> LinkedGift | None:
    """The gift that a link names, whatever became of it; None: no link of ours."""
    digest = token_digest(token)
    found = Gift.objects.select_related("card__design__picture").filter(
        Q(token_digest=digest) | Q(former_digests__contains=[digest])
    )
    gift = found.first()
    return None if gift is None else LinkedGift(gift, gift.token_digest != digest)


def gift_paid_by(entry_id: UUID, *, giver_id: int) -> Gift | None:
    """The gift that an entry of the giver's wallet bought."""
    return gifts_given(giver_id).filter(card__sale_id=entry_id).first()


def own_card(*, public_id: UUID, member_id: int, at: datetime) -> CardFacts | None:
    """A card that a member keeps; None for another's."""
    mine = GiftCard.objects.filter(public_id=public_id, owner_id=member_id)
    row = mine.exclude(status=GiftCard.Status.VOID).first()
    return _facts(row, at) if row is not None else None


def may_move(card_id: int) -> bool:
    """Whether the rules under which a card was sold let it go into a wallet."""
    policies = GiftCardPolicy.objects.filter(
        pk__in=GiftCard.objects.filter(pk=card_id).values("policy")
    )
    return all(policies.values_list("may_move_to_wallet", flat=True))


def is_sold_for_stored_value(*, at: datetime) -> bool:
    """Whether members buy gift cards from their wallets."""
    return policies_selectors.in_force(GiftCardPolicy, at=at).sold_for_stored_value


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
