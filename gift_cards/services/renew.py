"""New codes for cards that exist, and to whom a card belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gift_cards.codes import (
    current_key,
    grouped,
    new_code,
    new_pin,
    new_proof,
    proof_digest,
    scan_text,
)
from gift_cards.errors import GiftCardUnavailable, GiftCardUnknown, MemberUnknown
from gift_cards.models import GiftCard, GiftCardCode
from ledger.services import Act
from members import services as members_services
from members.models import Member
from stores import services as stores_services

from .acts import require_oneself
from .locks import locked_card


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code and PIN as they are handed over, this once; `scan` is what a QR code on
    the card contains: it opens the card without the PIN.
    """

    card_id: int
    code: str
    pin: str
    last4: str
    scan: str


def new_codes(
    card_ids: Sequence[int], *, with_pin: bool, at: datetime
) -> list[FreshCode]:
    """A step: give cards that have none a code each."""
    key = current_key()
    made = [
        (card_id, new_code(), new_pin() if with_pin else "", new_proof())
        for card_id in card_ids
    ]
    GiftCardCode.objects.bulk_create(
        [
            GiftCardCode(
                card_id=card_id,
                key_id=key.key_id,
                digest=key.of_code(code),
                pin_digest=key.of_pin(code, pin) if pin else "",
                proof_digest=proof_digest(code, proof),
                last4=code[-4:],
                made_at=at,
            )
            for card_id, code, pin, proof in made
        ],
        batch_size=1000,
    )
    return [
        FreshCode(card_id, grouped(code), pin, code[-4:], scan_text(code, proof))
        for card_id, code, pin, proof in made
    ]


def renew_code(card: GiftCard, *, at: datetime) -> FreshCode:
    """A step under the card's lock: a new code; the old one is dead for ever.

    A card whose old code had a PIN gets a PIN again.
    """
    old = GiftCardCode.objects.get(card=card, died_at=None)
    GiftCardCode.objects.filter(pk=old.pk).update(died_at=max(at, old.made_at))
    return new_codes([card.pk], with_pin=bool(old.pin_digest), at=at)[0]


def give_to(card: GiftCard, member_id: int) -> None:
    """A step: a member keeps the card among their own. Raises MemberUnknown."""
    if not Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).exists():
        raise MemberUnknown
    GiftCard.objects.filter(pk=card.pk).update(owner_id=member_id)


@transaction.atomic
def show_own_code(*, card_id: int, member_id: int, by: Act, at: datetime) -> FreshCode:
    """A member is shown a code to pay with a card of their own: a new one each time,
    seen this once; the one before opens nothing any more.

    Raises GiftCardUnknown for another's, GiftCardUnavailable, OnlyOneself.
    """
    require_oneself(by, member_id)
    card = locked_card(card_id)
    if card.owner_id != member_id:
        raise GiftCardUnknown
    members_services.refuse_frozen_step(member_id)
    if card.status != GiftCard.Status.ACTIVE:
        raise GiftCardUnavailable(status=card.status)
    fresh = renew_code(card, at=at)
    stores_services.record_act(name="gift_cards.code_shown", by=by, at=at, subject=card)
    return fresh
