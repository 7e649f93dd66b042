"""Giving a card out: a new one on the phone, or a printed one from stock, by scan."""

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from cards.errors import (
    CardFromStockNeeded,
    CardMemberNeeded,
    CardNotInStock,
    KindNotInUse,
)
from cards.models import Card, CardKind, Happening
from cards.numbers import new_number, normalise
from ledger.services import Act
from stores import services as stores_services

from .steps import (
    active_member,
    check_beneficiary,
    done_before,
    fingerprint,
    good_until,
    take_price,
    write_event,
)

ADD: Final = """
INSERT INTO cards_card
       (number, kind_id, status, member_id, store_id, issued_at, expires_at)
VALUES (%(number)s, %(kind_id)s, %(status)s, %(member_id)s, %(store_id)s,
        %(issued_at)s, %(expires_at)s)
ON CONFLICT (number) DO NOTHING RETURNING id
"""


@transaction.atomic
def issue(
    *,
    kind_id: int,
    by: Act,
    at: datetime,
    key: str,
    member_id: int | None = None,
    number: str = "",
    tender: str = "cash",
) -> Card:
    """Give a card out, for its price; only an anonymous one goes to nobody by name.

    `number` is that of a card in stock, as scanned. Raises NotAllowed, KindNotInUse,
    CardMemberNeeded, NoSuchMember, CardFromStockNeeded, CardNotInStock, StoreMissing,
    TenderUnknown, IdempotencyConflict.
    """
    stores_services.require_for(by, "cards.issue_card")
    request = fingerprint("issue", kind_id, member_id, number, tender)
    if (done := done_before(key, request)) is not None:
        return done.card
    kind = CardKind.objects.filter(pk=kind_id, is_active=True).first()
    if kind is None:
        raise KindNotInUse
    if member_id is not None:
        active_member(member_id)
    elif not kind.is_bearer:
        raise CardMemberNeeded
    by = check_beneficiary(by, "cards.issue_card", member_id, at)
    card = new_card(
        kind,
        member_id=member_id,
        number=number,
        expires_at=good_until(kind, at),
        by=by,
        at=at,
    )
    entry_id = take_price(
        amount=kind.price, tender=tender, by=by, at=at, key=key, request=request
    )
    write_event(
        card,
        Happening.ISSUED,
        by=by,
        at=at,
        key=key,
        request=request,
        entry_id=entry_id,
    )
    return card


def new_card(
    kind: CardKind,
    *,
    member_id: int | None,
    number: str,
    expires_at: datetime | None,
    by: Act,
    at: datetime,
) -> Card:
    """A step: an active card of a kind; the one in stock is taken once, by whoever is
    first. Raises CardFromStockNeeded, CardNotInStock.
    """
    facts: dict[str, Any] = {
        "status": Card.Status.ACTIVE.value,
        "member_id": member_id,
        "store_id": by.store_id,
        "issued_at": at,
        "expires_at": expires_at,
    }
    if kind.form == CardKind.Form.VIRTUAL:
        return _virtual(kind, facts)
    if not number:
        raise CardFromStockNeeded
    wanted = Card.objects.filter(
        number=normalise(number), kind=kind, status=Card.Status.STOCK
    )
    card = wanted.first()
    # Compare and set: of two who scan the same card one is told.
    if card is None or wanted.filter(pk=card.pk).update(**facts) != 1:
        raise CardNotInStock
    return Card.objects.select_related("kind").get(pk=card.pk)


def _virtual(kind: CardKind, facts: dict[str, Any]) -> Card:
    """Insert, and draw again where the number is taken: never look first."""
    made = None
    while made is None:
        with connection.cursor() as cursor:
            cursor.execute(ADD, {**facts, "number": new_number(), "kind_id": kind.pk})
            made = cursor.fetchone()
    return Card.objects.select_related("kind").get(pk=made[0])
