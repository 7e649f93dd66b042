"""Paying with a card, and giving a payment back to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gift_cards.errors import GiftCardUnavailable, NotRedeemedHere
from gift_cards.models import GiftCard
from ledger import belonging as ledger_belonging
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import AccountClosed, AccountFrozen, InvalidAmount
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members import services as members_services
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stores import services as stores_services
from stores.models import Approval

from . import accounts
from .acts import REDEEM, REFUND, people_of, subject_of
from .find import Found, find
from .locks import locked_card
from .sell import fingerprint


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a card paid, and what is left on it (minor units)."""

    entry_id: UUID
    card_id: int
    amount: int
    left: int
    replayed: bool


def redemption_lines(
    cards: Sequence[tuple[Found, int]], *, sales_id: int
) -> list[Line]:
    """What cards pay towards a sale, for the entry of the sale; nothing is posted.

    Each card with its share in minor units. Raises GiftCardUnavailable.
    """
    lines = []
    for card, amount in cards:
        if not card.is_active or card.account_id is None:
            raise GiftCardUnavailable(status=card.status)
        lines.append(Line(debit_id=card.account_id, credit_id=sales_id, amount=amount))
    return lines


def redeem(
    *,
    code: str,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    pin: str = "",
    callers: Sequence[str] = (),
) -> Redeemed:
    """Pay with a card, in part or whole (minor units), at a store.

    Raises GiftCardNotFound, TooManyTries, GiftCardUnavailable, InsufficientFunds,
    InvalidAmount, StoreNeeded, NotAllowed, IdempotencyConflict.
    """
    store_id = accounts.store_of(by)
    stores_services.require_for(by, REDEEM)
    found = find(code=code, pin=pin, callers=callers, by=by, at=at)
    return _redeem(found, amount, store_id, by, at, key)


@transaction.atomic
def _redeem(
    found: Found, amount: int, store_id: int, by: Act, at: datetime, key: str
) -> Redeemed:
    request = fingerprint("redeem", found.card_id, amount, store_id)
    if not found.is_active or found.account_id is None:
        # What this request did before its card was blocked stays its answer.
        first = ledger_services.posted_before(key=key, fingerprint=request)
        if first is None:
            raise GiftCardUnavailable(status=found.status)
        return _redeemed(first, found.card_id, amount)
    if ledger_services.posted_before(key=key, fingerprint=request) is None:
        members_services.refuse_frozen_step(found.owner_id)
        by = stores_services.check_beneficiary(
            by=by,
            act=REDEEM,
            amount=amount,
            members=[found.owner_id],
            subject=subject_of(found.card_id),
            at=at,
        )
    lines = redemption_lines([(found, amount)], sales_id=accounts.of_sales(store_id))
    with unavailable_when_stopped():
        posted = ledger_services.post_entry(
            kind=EntryKind.SALE,
            key=key,
            at=at,
            act=by,
            lines=lines,
            fingerprint=request,
        )
    if not posted.replayed:
        outbox_services.record(
            kind=EventKind.GIFT_CARD_REDEEMED,
            subject=str(found.public_id),
            store_id=store_id,
            payload={
                "entry": str(posted.entry_id),
                "amount": amount,
                "left": posted.debits_after[0] or 0,
            },
            at=at,
        )
    return _redeemed(posted, found.card_id, amount)


def _redeemed(posted: Posted, card_id: int, amount: int) -> Redeemed:
    return Redeemed(
        posted.entry_id, card_id, amount, posted.debits_after[0] or 0, posted.replayed
    )


@contextmanager
def unavailable_when_stopped() -> Iterator[None]:
    """A card that was blocked or voided meanwhile is refused in a card's words."""
    try:
        yield
    except AccountFrozen as refusal:
        raise GiftCardUnavailable(status=GiftCard.Status.BLOCKED) from refusal
    except AccountClosed as refusal:
        raise GiftCardUnavailable(status=GiftCard.Status.VOID) from refusal


@transaction.atomic
def refund_redemption(
    *,
    entry_id: UUID,
    card_id: int,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> Redeemed:
    """Give back to the card what it paid, in part or whole, into the lots it came from.

    What comes back lives for some days at least. Raises NotRedeemedHere, OverReversal,
    GiftCardUnavailable for a void card, UndoneElsewhere for a part of a sale that the
    checkout settled, ApprovalNeeded, NotAllowed.
    """
    ledger_belonging.refuse_part(entry_id)
    card = locked_card(card_id)
    request = fingerprint("refund", card_id, str(entry_id), amount)
    first = ledger_services.posted_before(key=key, fingerprint=request)
    if first is not None:
        return _refunded(first, card_id, amount)
    if card.status == GiftCard.Status.VOID or card.policy is None:
        raise GiftCardUnavailable(status=card.status)
    if amount <= 0:
        raise InvalidAmount
    paid = refund_amounts(entry_id=entry_id, card=card, amount=amount)
    by = stores_services.use_limit(
        by=by,
        act=REFUND,
        amount=amount,
        subject=subject_of(card_id),
        at=at,
        approval=approval,
        members=people_of(card),
    )
    live_until = at + timedelta(days=card.policy.refund_days)
    posted = ledger_services.reverse_entry(
        entry_id=entry_id,
        key=key,
        at=at,
        act=by,
        amounts=paid,
        live_until=live_until,
        fingerprint=request,
    )
    if card.expires_at is not None and card.expires_at < live_until:
        GiftCard.objects.filter(pk=card_id).update(expires_at=live_until)
    return _refunded(posted, card_id, amount)


def refund_amounts(*, entry_id: UUID, card: GiftCard, amount: int) -> dict[int, int]:
    """Which postings of a sale give so much back to a card, for `reverse_entry`.

    Raises NotRedeemedHere where the card paid nothing of it. What is beyond the
    payment is left to the books to refuse.
    """
    paid = [
        posting
        for posting in ledger_selectors.postings(entry_id=entry_id)
        if posting.debit_id == card.account_id
    ]
    if not paid:
        raise NotRedeemedHere
    amounts: dict[int, int] = {}
    for posting in paid[1:]:
        amounts[posting.pk] = min(amount, posting.left)
        amount -= amounts[posting.pk]
    amounts[paid[0].pk] = amount
    return {pk: share for pk, share in amounts.items() if share}


def _refunded(posted: Posted, card_id: int, amount: int) -> Redeemed:
    left = next(after for after in reversed(posted.credits_after) if after is not None)
    return Redeemed(posted.entry_id, card_id, amount, left, posted.replayed)
