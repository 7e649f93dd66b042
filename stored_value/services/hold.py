"""Value set aside for a table or a pre-order: held, then captured or given back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from common.text import one_line
from ledger import lineage as ledger_lineage
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.lineage import PostingFacts
from ledger.services import Act, Line
from members import services as members_services
from stored_value import rules
from stored_value.errors import (
    AmountRefused,
    HoldEnded,
    HoldOver,
    HoldTooLong,
    NotEnough,
)
from stored_value.holders import Holder, lock_wallets, open_store_account
from stored_value.models import Hold
from stored_value.models.spans import LONGEST_HOLD_HOURS
from stored_value.requests import done_before, fingerprint_of
from stored_value.rules import Split
from stored_value.selectors.wallets import terms_at, wallet
from stores import services as stores_services
from stores.models import Approval

from .doing import require_in_use
from .identity import require_identity
from .lots import moving, portions
from .spend import LARGEST

HOLD = "stored_value.hold_value"


@transaction.atomic
def hold(
    *,
    holder: Holder,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    expires_at: datetime | None = None,
    note: str = "",
    is_proven: bool = False,
    approval: Approval | None = None,
) -> Hold:
    """Set an amount aside: it cannot be spent, and is never more than there is.

    It runs out after the policy's hours, or at `expires_at`, within a year. Above the
    limit it needs the member's code (`prove_identity`) or an approver, as a bill does.
    Raises NotEnough, HoldOver, HoldTooLong, CodeNeeded, VouchingNeeded.
    """
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    note = one_line(note, 120)
    request = fingerprint_of("hold", holder.kind, holder.id, amount, expires_at, note)
    lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return Hold.objects.get(entry_id=done)
    require_in_use(holder)
    members_services.refuse_frozen_step(holder.member_id)
    subject = f"{holder.kind}:{holder.id}"
    by = stores_services.use_limit(
        by=by,
        act=HOLD,
        amount=amount,
        at=at,
        approval=approval,
        subject=subject,
        members=[holder.member_id],
    )
    policy = terms_at(at).policy
    ends_at = expires_at or at + timedelta(hours=policy.hold_hours)
    if ends_at <= at:
        raise HoldOver
    if ends_at > at + timedelta(hours=LONGEST_HOLD_HOURS):
        raise HoldTooLong
    held = wallet(holder=holder, at=at)
    if amount > held.usable:
        raise NotEnough(short_by=amount - held.usable)
    by = require_identity(
        holder=holder,
        amount=amount,
        by=by,
        at=at,
        act=HOLD,
        subject=subject,
        is_proven=is_proven,
        approval=approval,
    )
    part = rules.split(
        amount=amount,
        principal=held.principal,
        bonus=held.bonus,
        order=policy.spending_order,
    )
    posted = ledger_services.post_entry(
        kind=EntryKind.HOLD,
        key=key,
        at=at,
        act=by,
        lines=[
            line
            for account_id, taken in (
                (held.accounts.principal, part.principal),
                (held.accounts.bonus, part.bonus),
            )
            for line in moving(
                debit_id=account_id,
                credit_id=held.accounts.held,
                taken=portions(account_id=account_id, amount=taken, at=at),
                keeps_life=False,
            )
        ],
        # The note may name somebody, and an entry is for ever: it stays in the row.
        fingerprint=request,
    )
    row = Hold(
        **holder.row,
        entry_id=posted.entry_id,
        store_id=by.store_id,
        staff_id=by.staff_id,
        amount=amount,
        principal=part.principal,
        bonus=part.bonus,
        note=note,
        placed_at=at,
        expires_at=ends_at,
    )
    row.save(force_insert=True)
    _record("stored_value.held", row, by, at)
    return row


@transaction.atomic
def capture_hold(
    *, hold_id: int, by: Act, at: datetime, key: str, amount: int | None = None
) -> Hold:
    """Take what was held, or less of it, for a sale at the act's store; the rest goes
    back to the lots it came from. Raises HoldEnded.
    """
    request = fingerprint_of("capture_hold", hold_id, amount)
    row, done = _locked(hold_id, key, request)
    if done is not None:
        return row
    amount = row.amount if amount is None else amount
    if not 0 < amount <= row.amount:
        raise AmountRefused
    _require_open(row, at)
    by = stores_services.use_limit(
        by=by, act=HOLD, amount=0, at=at, members=[row.member_id]
    )
    terms = terms_at(at)
    part = rules.split(
        amount=amount,
        principal=row.principal,
        bonus=row.bonus,
        order=terms.policy.spending_order,
    )
    postings = ledger_lineage.postings_of(entry_id=row.entry_id)
    taken = _from_each(postings, part)
    lots = ledger_selectors.lots_made(list(taken))
    sales_id = open_store_account(AccountKind.SALES, by.store_id)
    sold = ledger_services.post_entry(
        kind=EntryKind.SALE,
        key=key,
        at=at,
        act=by,
        lines=[
            Line(
                debit_id=lots[posting_id].account_id,
                credit_id=sales_id,
                amount=due,
                lot_id=lots[posting_id].lot_id,
            )
            for posting_id, due in taken.items()
        ],
        fingerprint=request,
    )
    rest = {
        posting.posting_id: posting.amount - taken.get(posting.posting_id, 0)
        for posting in postings
        if posting.amount > taken.get(posting.posting_id, 0)
    }
    if rest:
        ledger_services.reverse_entry(
            entry_id=row.entry_id,
            key=f"{key}:rest",
            at=at,
            act=by,
            amounts=rest,
            live_until=terms.given_back_lives_until(at),
        )
    return _end(row, Hold.Status.CAPTURED, sold.entry_id, by, at, captured=amount)


@transaction.atomic
def release_hold(*, hold_id: int, by: Act, at: datetime, key: str) -> Hold:
    """Give all that was held back to the lots it came from. Raises HoldEnded."""
    request = fingerprint_of("release_hold", hold_id)
    row, done = _locked(hold_id, key, request)
    if done is not None:
        return row
    if row.status != Hold.Status.OPEN:
        raise HoldEnded
    by = stores_services.use_limit(
        by=by, act=HOLD, amount=0, at=at, members=[row.member_id]
    )
    return _give_back(row, Hold.Status.RELEASED, by, at, key, request)


def expire_holds(*, by: Act, at: datetime, limit: int = 500) -> int:
    """Give back what was held too long, each in a transaction of its own; how many.

    Safe to stop anywhere and to run again: a hold ends once.
    """
    due = Hold.objects.filter(status=Hold.Status.OPEN, expires_at__lte=at)
    ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:limit])
    return sum(_expire(hold_id, by, at) for hold_id in ids)


@transaction.atomic
def _expire(hold_id: int, by: Act, at: datetime) -> bool:
    key = f"hold:{hold_id}:ran-out"
    request = fingerprint_of("expire_hold", hold_id)
    row, done = _locked(hold_id, key, request)
    if done is not None or row.status != Hold.Status.OPEN:
        return False
    _give_back(row, Hold.Status.EXPIRED, by, at, key, request)
    return True


def _locked(hold_id: int, key: str, request: bytes) -> tuple[Hold, UUID | None]:
    """The hold as it stands under its wallet's lock, and what the key did before."""
    found = Hold.objects.filter(pk=hold_id).first()
    if found is None:
        raise HoldEnded
    lock_wallets([_holder(found)])
    done = done_before(key=key, fingerprint=request)
    return Hold.objects.get(pk=hold_id), done


def _holder(row: Hold) -> Holder:
    if row.member_id is not None:
        return Holder.member(row.member_id)
    return Holder.card(row.card_id or 0)


def _require_open(row: Hold, at: datetime) -> None:
    """What ran out at noon cannot be captured at noon, swept or not."""
    if row.status != Hold.Status.OPEN or row.expires_at <= at:
        raise HoldEnded


def _from_each(postings: list[PostingFacts], part: Split) -> dict[int, int]:
    """How much of each held lot is taken, in the order in which it was held."""
    due = {AccountKind.PRINCIPAL: part.principal, AccountKind.BONUS: part.bonus}
    taken: dict[int, int] = {}
    for posting in postings:
        kind = AccountKind(posting.debit_kind)
        now = min(due[kind], posting.amount)
        if now:
            taken[posting.posting_id] = now
            due[kind] -= now
    return taken


def _give_back(
    row: Hold, status: str, by: Act, at: datetime, key: str, request: bytes
) -> Hold:
    posted = ledger_services.reverse_entry(
        entry_id=row.entry_id,
        key=key,
        at=at,
        act=by,
        live_until=terms_at(at).given_back_lives_until(at),
        fingerprint=request,
    )
    return _end(row, status, posted.entry_id, by, at)


def _end(
    row: Hold, status: str, entry_id: UUID, by: Act, at: datetime, captured: int = 0
) -> Hold:
    """Compare and set: whatever else happens, a hold ends once."""
    ended = Hold.objects.filter(pk=row.pk, status=Hold.Status.OPEN).update(
        status=status, captured=captured, resolved_at=at, resolved_by_id=entry_id
    )
    if ended != 1:
        raise HoldEnded
    row.refresh_from_db()
    _record(f"stored_value.hold_{status}", row, by, at)
    return row


def _record(name: str, row: Hold, by: Act, at: datetime) -> None:
    facts = {"amount": row.amount, "captured": row.captured}
    stores_services.record_act(name=name, by=by, at=at, subject=row, facts=facts)
