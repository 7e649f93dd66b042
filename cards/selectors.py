"""Whose card this is, what it may do, and who may pay from whose wallet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts import selectors as accounts_selectors
from members import selectors as members_selectors
from members.models import Member
from policies import selectors as policies_selectors

from .device_codes import device_number, step_shown
from .models import (
    Card,
    CardEvent,
    CardsPolicy,
    CodeGuess,
    CodeUse,
    ShareDay,
    ShareOffer,
    ShareUse,
    WalletShare,
)
from .numbers import digits_of, normalise
from .tokens import Shown, looks_like_code, read_code


@dataclass(frozen=True, slots=True)
class Found:
    """Who or what a text at the counter stands for, and how it was read."""

    member: Member | None
    card: Card | None
    by: str  # "code", "card", "member" or "former": a number that was merged into them


def card_by_number(text: str) -> Card | None:
    """The card with this number, however it was typed; it may be unusable by now."""
    number = normalise(text)
    if not number:
        return None
    return (
        Card.objects.select_related("kind", "member", "replaced_by")
        .filter(number=number)
        .first()
    )


def card(card_id: int) -> Card | None:
    """A card by its id."""
    return Card.objects.select_related("kind", "member").filter(pk=card_id).first()


def cards_of(member_id: int) -> QuerySet[Card]:
    """Every card a member ever had, the latest first."""
    mine = Card.objects.filter(member_id=member_id).select_related("kind")
    return mine.order_by("-pk")


def own_cards_of(member_id: int) -> QuerySet[Card]:
    """The cards in use that pay from the member's own wallet, the latest first."""
    active = cards_of(member_id).filter(status=Card.Status.ACTIVE)
    return active.exclude(shares__is_active=True)


def events_of(card_id: int) -> QuerySet[CardEvent]:
    """What happened to a card, the latest first."""
    return CardEvent.objects.filter(card_id=card_id).order_by("-pk")


def read_shown_code(digits: str, *, at: datetime) -> Shown | None:
    """Whose code this is, ours or one that a device made by itself, if its minute is
    not over; only looked at, not used up.
    """
    number = device_number(digits)
    if number is None:
        return read_code(digits, at=at)
    device = accounts_selectors.device_key(number, at=at)
    # The same work for a device that there is not.
    key = device.key if device else bytes(32)
    step = step_shown(digits, number=number, key=key, at=at)
    if device is None or step is None:
        return None
    return Shown(None, device.member_id, step, device.device_id)


def by_rotating_code(text: str, *, at: datetime) -> Found | None:
    """Whose code this is; only looked at, not used up."""
    shown = read_shown_code(digits_of(text), at=at)
    if shown is None:
        return None
    if shown.card_id is not None:
        shows = card(shown.card_id)
        if shows is None or not shows.is_usable(at):
            return None
        return Found(shows.member, shows, "code")
    if shown.member_id is None:
        return None
    here = Member.objects.filter(status=Member.Status.ACTIVE)
    member = here.filter(pk=shown.member_id).first()
    return Found(member, None, "code") if member else None


def is_used(shown: CodeUse, *, at: datetime, within: int = 300) -> bool:
    """Whether a code was used up no longer than some seconds ago."""
    return 0 <= (at - shown.at).total_seconds() <= within


def is_locked(place: str, *, at: datetime) -> bool:
    """Whether too many wrong codes were shown at a place for it to be asked now."""
    return CodeGuess.objects.filter(place=place, locked_until__gt=at).exists()


def code_above(*, at: datetime) -> int:
    """Up to what amount (minor units) a member's number alone pays."""
    return policies_selectors.in_force(CardsPolicy, at=at).code_above


def needs_code(*, amount: int, anonymous: bool, at: datetime) -> bool:
    """Whether the number alone is too little to spend this (minor units).

    A member shows the rotating code or gives the payment code; an anonymous card has
    no one to show it, and pays no more at once.
    """
    policy = policies_selectors.in_force(CardsPolicy, at=at)
    return amount > (policy.bearer_up_to if anonymous else policy.code_above)


def shares_of_holder(member_id: int) -> QuerySet[WalletShare]:
    """The wallets of others that this member may pay from, by name or by card."""
    return (
        WalletShare.objects.filter(
            Q(holder_id=member_id) | Q(card__member_id=member_id), is_active=True
        )
        .select_related("owner", "card")
        .order_by("pk")
    )


def share_of_card(card_id: int) -> WalletShare | None:
    """The wallet that this card pays from, where it is another's."""
    return (
        WalletShare.objects.filter(card_id=card_id, is_active=True)
        .select_related("owner")
        .first()
    )


def pays_from_anothers(card_id: int | None) -> bool:
    """Whether a card pays, or paid, from a wallet that its holder is not told about."""
    return card_id is not None and WalletShare.objects.filter(card_id=card_id).exists()


def shares_of_owner(member_id: int) -> QuerySet[WalletShare]:
    """With whom a member shares the wallet."""
    return (
        WalletShare.objects.filter(owner_id=member_id, is_active=True)
        .select_related("holder", "card__member")
        .order_by("pk")
    )


def find(text: str, *, at: datetime) -> list[Found]:
    """Everything that a text at the counter may stand for: a code that is shown, a
    card's number, or what members are found by (phone, name, …).
    """
    digits = digits_of(text)
    if looks_like_code(digits):
        shown = by_rotating_code(digits, at=at)
        return [shown] if shown else []
    if (named := card_by_number(digits)) is not None:
        return [Found(named.member, named, "card")]
    return [
        Found(hit.member, None, "former" if hit.is_former else "member")
        for hit in members_selectors.find_hits(text, at)
    ]


def members_of_cards(card_ids: Collection[int]) -> list[int | None]:
    """Whose these cards are."""
    cards = Card.objects.filter(pk__in=card_ids, member__isnull=False)
    return list(cards.values_list("member_id", flat=True))


def offers_made(member_id: int, *, at: datetime) -> QuerySet[ShareOffer]:
    """Whom a member asked to share the wallet, and who has not answered yet."""
    mine = ShareOffer.objects.filter(
        owner_id=member_id, ended_at=None, lapses_at__gt=at
    )
    return mine.order_by("pk")


def offers_to(member_id: int, *, at: datetime) -> QuerySet[ShareOffer]:
    """Whose wallets a member is asked to pay from."""
    open_still = ShareOffer.objects.filter(
        holder_id=member_id,
        ended_at=None,
        lapses_at__gt=at,
        owner__status=Member.Status.ACTIVE,
    )
    return open_still.select_related("owner").order_by("pk")


def who_paid(keys: Collection[str]) -> dict[str, str]:
    """Of payments from a shared wallet, by their keys: the name of who paid."""
    uses = ShareUse.objects.filter(key__in=[f"{key}:share" for key in keys])
    return {
        use.key.removesuffix(":share"): holder_name(use.share)
        for use in uses.select_related("share__holder", "share__card__member")
    }


def holder_name(share: WalletShare) -> str:
    """Who pays by it, as the owner knows them."""
    if share.holder is not None:
        return share.holder.name
    card = share.card
    return (card.member.name if card and card.member else "") or str(card)


def uses_of(share_id: int) -> QuerySet[ShareUse]:
    """What was paid by a share, the latest first."""
    return ShareUse.objects.filter(share_id=share_id).order_by("-pk")


def used_on(share: WalletShare, *, day: date) -> int:
    """What was paid by it on a business day, net of refunds (minor units)."""
    today = ShareDay.objects.filter(share=share, day=day).first()
    return today.used if today else 0
