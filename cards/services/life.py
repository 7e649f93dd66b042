"""Lost and found, renewed, closed."""

from datetime import datetime

from django.db import transaction

from cards.errors import CardHoldsValue, CardNotLost, CardNotUsable, CardWithoutEnd
from cards.models import DEAD, Card, CardEvent, Happening, WalletShare
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.services import Act
from stores import services as stores_services

from .binding import HOLDER
from .steps import (
    check_beneficiary,
    done_before,
    fingerprint,
    good_until,
    locked_card,
    take_price,
    write_event,
)


@transaction.atomic
def report_loss(*, card_id: int, by: Act, at: datetime) -> Card:
    """Freeze a card at once; what is on an anonymous one cannot be spent from here on.

    Harmless twice. Raises NotAllowed, CardUnknown, CardNotUsable.
    """
    stores_services.require_for(by, "cards.report_loss")
    card = locked_card(card_id)
    if card.status == Card.Status.LOST:
        return card
    if card.status != Card.Status.ACTIVE:
        raise CardNotUsable(status=card.status)
    _turn(card, Card.Status.LOST)
    froze = []
    for account in ledger_selectors.held_by(holder_kind=HOLDER, holder_id=card.pk):
        if account.status == "open":
            ledger_services.set_account_status(
                account_id=account.account_id, status="frozen"
            )
            froze.append(account.account_id)
    write_event(card, Happening.LOST, by=by, at=at, froze=froze)
    return card


@transaction.atomic
def report_found(*, card_id: int, by: Act, at: datetime) -> Card:
    """Take a loss report back; only what that report froze is free again.

    Raises NotAllowed, CardUnknown, CardNotLost, BeneficiaryRefused.
    """
    stores_services.require_for(by, "cards.find_card")
    card = locked_card(card_id)
    if card.status != Card.Status.LOST:
        raise CardNotLost
    by = check_beneficiary(by, "cards.find_card", card.member_id, at)
    _turn(card, Card.Status.ACTIVE)
    thaw(card)
    write_event(card, Happening.FOUND, by=by, at=at)
    return card


@transaction.atomic
def renew(
    *, card_id: int, by: Act, at: datetime, key: str, tender: str = "cash"
) -> Card:
    """Let a card live for another term, counted from its end or, if that is over, from
    now; for the price of a renewal.

    Raises NotAllowed, CardUnknown, CardNotUsable, CardWithoutEnd, StoreMissing,
    TenderUnknown, IdempotencyConflict.
    """
    stores_services.require_for(by, "cards.renew_card")
    card = locked_card(card_id)
    request = fingerprint("renew", card_id, tender)
    if (done := done_before(key, request)) is not None:
        return done.card
    if card.status not in (Card.Status.ACTIVE, Card.Status.EXPIRED):
        raise CardNotUsable(status=card.status)
    if card.expires_at is None:
        raise CardWithoutEnd
    by = check_beneficiary(by, "cards.renew_card", card.member_id, at)
    card.status = Card.Status.ACTIVE
    card.expires_at = good_until(card.kind, max(card.expires_at, at))
    Card.objects.filter(pk=card.pk).update(
        status=card.status, expires_at=card.expires_at
    )
    entry_id = take_price(
        amount=card.kind.renewal_price,
        tender=tender,
        by=by,
        at=at,
        key=key,
        request=request,
    )
    write_event(
        card,
        Happening.RENEWED,
        by=by,
        at=at,
        key=key,
        request=request,
        entry_id=entry_id,
    )
    return card


@transaction.atomic
def close(*, card_id: int, by: Act, at: datetime) -> Card:
    """End a card for ever; an anonymous one only when nothing is on it any more.

    Raises NotAllowed, CardUnknown, CardNotUsable, CardHoldsValue.
    """
    stores_services.require_for(by, "cards.close_card")
    card = locked_card(card_id)
    close_step(card, by=by, at=at)
    return card


def close_step(card: Card, *, by: Act, at: datetime) -> None:
    """A step, under the card's lock: end it, and what was shared with it."""
    if card.status in DEAD:
        raise CardNotUsable(status=card.status)
    held = ledger_selectors.held_by(holder_kind=HOLDER, holder_id=card.pk)
    locked = ledger_services.lock_accounts([account.account_id for account in held])
    if any(locked.values()):
        raise CardHoldsValue
    _turn(card, Card.Status.CLOSED)
    for share in WalletShare.objects.filter(card=card, is_active=True):
        share.is_active = False
        share.save(update_fields=["is_active"])
    write_event(card, Happening.CLOSED, by=by, at=at)


def thaw(card: Card) -> None:
    """A step: what the last loss report froze can be spent again."""
    lost = CardEvent.objects.filter(card=card, happening=Happening.LOST)
    report = lost.order_by("-pk").first()
    for account_id in sorted(report.froze) if report else ():
        ledger_services.set_account_status(account_id=account_id, status="open")


def _turn(card: Card, status: Card.Status) -> None:
    Card.objects.filter(pk=card.pk).update(status=status)
    card.status = status
