"""What every command about cards shares: its key, its lock, its event, its price."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from cards.errors import CardUnknown, NoSuchMember
from cards.models import Card, CardEvent, CardKind, Happening
from common.months import lasts_until
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members.models import Member
from stores import services as stores_services


def fingerprint(*request: object) -> str:
    """Stands for everything that a request asks."""
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()


def done_before(key: str, request: str) -> CardEvent | None:
    """What the key did the first time; two who bring it at once wait for each other.

    Raises IdempotencyConflict where it did something else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    done = CardEvent.objects.filter(key=key).select_related("card__kind").first()
    if done is not None and done.fingerprint != request:
        raise IdempotencyConflict
    return done


def locked_card(card_id: int) -> Card:
    """The card, locked until the transaction ends. Raises CardUnknown."""
    card = (
        Card.objects.select_for_update(of=("self",), no_key=True)
        .select_related("kind")
        .filter(pk=card_id)
        .first()
    )
    if card is None:
        raise CardUnknown
    return card


def active_member(member_id: int) -> Member:
    """Someone who is neither merged away nor erased. Raises NoSuchMember."""
    member = Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).first()
    if member is None:
        raise NoSuchMember
    return member


def write_event(
    card: Card,
    happening: Happening,
    *,
    by: Act,
    at: datetime,
    key: str | None = None,
    request: str = "",
    entry_id: UUID | None = None,
    froze: Sequence[int] = (),
) -> None:
    """Into the card's own history, and into the shop's log of acts."""
    CardEvent.objects.create(
        card=card,
        at=at,
        happening=happening,
        key=key,
        fingerprint=request,
        entry_id=entry_id,
        froze=list(froze),
        actor=by.actor,
        staff_id=by.staff_id,
        store_id=by.store_id,
    )
    stores_services.record_act(
        name=f"cards.{happening}", by=by, at=at, subject=card, facts={"card": card.pk}
    )


def take_price(
    *, amount: int, tender: str, by: Act, at: datetime, key: str, request: str
) -> UUID | None:
    """The price of what is sold, into the till; nothing for what is free."""
    if not amount:
        return None
    posted = stores_services.take_payment_step(
        amount=amount,
        tender=tender,
        by=by,
        at=at,
        key=key,
        fingerprint=bytes.fromhex(request),
    )
    return posted.entry_id


def good_until(kind: CardKind, starts_at: datetime) -> datetime | None:
    """When a card of this kind that begins now expires: at the end of a day."""
    if kind.validity_months is None:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    return lasts_until(starts_at, kind.validity_months, zone=zone)


def check_beneficiary(
    by: Act, act: str, member_id: int | None, at: datetime, *others: int | None
) -> Act:
    """A step: staff at their own card are refused by the policy; it is listed."""
    return stores_services.check_beneficiary(
        by=by,
        act=act,
        members=[member_id, *others],
        subject=f"member:{member_id}",
        at=at,
    )
