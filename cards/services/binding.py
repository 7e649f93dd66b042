"""An anonymous card becomes a member's, and what is on it moves along, lot by lot."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cards.errors import CardBound, CardNotUsable
from cards.models import Card, Happening
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.selectors import LotFacts
from ledger.services import Act, HolderAccount, Line
from stores import services as stores_services

from .steps import (
    active_member,
    check_beneficiary,
    done_before,
    fingerprint,
    locked_card,
    write_event,
)

HOLDER = "card"


@transaction.atomic
def bind(*, card_id: int, member_id: int, by: Act, at: datetime, key: str) -> Card:
    """Make out an anonymous card to a member; its value goes into their wallet.

    Raises NotAllowed, CardUnknown, CardNotUsable, CardBound, NoSuchMember,
    AccountFrozen, IdempotencyConflict.
    """
    stores_services.require_for(by, "cards.bind_card")
    card = locked_card(card_id)
    request = fingerprint("bind", card_id, member_id)
    if (done := done_before(key, request)) is not None:
        return done.card
    if card.member_id is not None:
        raise CardBound
    if not card.is_usable(at):
        raise CardNotUsable(status=card.status)
    active_member(member_id)
    by = check_beneficiary(by, "cards.bind_card", member_id, at)
    Card.objects.filter(pk=card.pk).update(member_id=member_id)
    card.member_id = member_id
    entry_id = move_value(
        card, holder_kind="member", holder_id=member_id, by=by, at=at, key=key
    )
    write_event(
        card,
        Happening.BOUND,
        by=by,
        at=at,
        key=key,
        request=request,
        entry_id=entry_id,
    )
    return card


def move_value(
    card: Card, *, holder_kind: str, holder_id: int, by: Act, at: datetime, key: str
) -> UUID | None:
    """A step: everything that can be spent on a card becomes another's, with the time
    that each lot has left. What has expired stays, for the sweep. None: nothing there.
    """
    held = ledger_selectors.held_by(holder_kind=HOLDER, holder_id=card.pk)
    if not held:
        return None
    targets = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=AccountKind(account.kind),
                unit_id=account.unit_id,
                holder_kind=holder_kind,
                holder_id=holder_id,
                slot=account.slot,
            )
            for account in held
        ]
    )
    sources = [account.account_id for account in held]
    ledger_services.lock_accounts([*sources, *targets])
    lines = [
        _moved(account.kind, account.account_id, target, lot)
        for account, target in zip(held, targets, strict=True)
        for lot in ledger_selectors.open_lots(account_id=account.account_id)
        if lot.usable(at)
    ]
    if not lines:
        return None
    request = fingerprint("move", card.pk, holder_kind, holder_id)
    posted = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=f"{key}:value",
        at=at,
        act=by,
        lines=lines,
        fingerprint=bytes.fromhex(request),
    )
    return posted.entry_id


def _moved(kind: str, source: int, target: int, lot: LotFacts) -> Line:
    """One lot, with its own end; a debt grows by debit, so it moves the other way."""
    debit, credit = (target, source) if kind == AccountKind.DEBT else (source, target)
    return Line(
        debit_id=debit,
        credit_id=credit,
        amount=lot.remaining,
        expires_at=lot.expires_at,
        lot_id=lot.lot_id,
    )
