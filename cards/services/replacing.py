"""A new card for a lost or broken one: value follows, the old number is dead."""

from datetime import datetime

from django.db import transaction

from cards.errors import CardNotUsable
from cards.models import Card, Happening, WalletShare
from ledger.services import Act
from stores import services as stores_services

from .binding import HOLDER, move_value
from .issue import new_card
from .life import thaw
from .steps import (
    check_beneficiary,
    done_before,
    fingerprint,
    locked_card,
    take_price,
    write_event,
)


@transaction.atomic
def replace(
    *,
    card_id: int,
    by: Act,
    at: datetime,
    key: str,
    number: str = "",
    tender: str = "cash",
) -> Card:
    """Give a new card of the same kind for this one, for the price of a replacement.

    It expires when the old one would have. What is on an anonymous card, and what was
    shared with it, moves to the new one. Raises NotAllowed, CardUnknown,
    CardNotUsable, CardFromStockNeeded, CardNotInStock, AccountFrozen, StoreMissing,
    TenderUnknown, IdempotencyConflict.
    """
    stores_services.require_for(by, "cards.replace_card")
    old = locked_card(card_id)
    request = fingerprint("replace", card_id, number, tender)
    if (done := done_before(key, request)) is not None:
        return done.card
    if old.status not in (Card.Status.ACTIVE, Card.Status.LOST):
        raise CardNotUsable(status=old.status)
    by = check_beneficiary(by, "cards.replace_card", old.member_id, at)
    new = new_card(
        old.kind,
        member_id=old.member_id,
        number=number,
        expires_at=old.expires_at,
        by=by,
        at=at,
    )
    if old.status == Card.Status.LOST:
        thaw(old)
    move_value(old, holder_kind=HOLDER, holder_id=new.pk, by=by, at=at, key=key)
    Card.objects.filter(pk=old.pk).update(
        status=Card.Status.REPLACED, replaced_by_id=new.pk
    )
    for share in WalletShare.objects.filter(card=old, is_active=True):
        share.card = new
        share.save(update_fields=["card"])
    entry_id = take_price(
        amount=old.kind.replacement_price,
        tender=tender,
        by=by,
        at=at,
        key=key,
        request=request,
    )
    write_event(old, Happening.REPLACED, by=by, at=at)
    write_event(
        new,
        Happening.ISSUED,
        by=by,
        at=at,
        key=key,
        request=request,
        entry_id=entry_id,
    )
    return new
