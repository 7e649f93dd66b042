"""Writing entries, and reversing them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ledger.errors import IdempotencyConflict, InvalidAmount, InvalidEntry
from ledger.kinds import EntryKind
from ledger.models import LARGEST_AMOUNT
from ledger.services.refusals import typed_refusals

WRITTEN: Final = """
SELECT e.id, e.fingerprint, array_agg(p.id ORDER BY p.id),
       array_agg(p.debit_after ORDER BY p.id), array_agg(p.credit_after ORDER BY p.id)
  FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
 WHERE e.key = %s GROUP BY e.id
"""
POST: Final = """
SELECT entry_id, replayed, posting_ids, debits_after, credits_after
FROM ledger_post_entry(
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[]
)
"""
REVERSE: Final = """
SELECT entry_id, replayed, posting_ids, debits_after, credits_after
FROM ledger_post_entry(
  %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[],
  %s::uuid, %s::bigint[], %s::bigint[], %s::timestamptz
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A positive amount (minor units or points) moved from `credit` to `debit`.

    `expires_at` is when what comes in on a guarded account expires (None: never);
    `lot_id` names the one lot to take from (None: the first to expire).
    """

    debit_id: int
    credit_id: int
    amount: int
    expires_at: datetime | None = None
    lot_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does this, where, in which shift, on which business day.

    `actor` is `staff:<id>`, `key:<id>`, `member:<id>` or `system:<task>`. `reported_at`
    is when a till told of what it had queued; empty: at the moment of the act.
    """

    actor: str
    business_date: date
    request_id: str
    store_id: int | None = None
    till_id: int | None = None
    staff_id: int | None = None
    shift_id: int | None = None
    approver_id: int | None = None
    reported_at: datetime | None = None

    def clock(self, at: datetime) -> datetime:
        """The server's time for an act of this moment: by it tries are counted, that
        nobody gets more of them by sending another time.
        """
        return self.reported_at or at


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry as written, or as it was written the first time (`replayed`).

    One place for each posting, in order; balances are None for house accounts.
    """

    entry_id: UUID
    replayed: bool
    posting_ids: tuple[int, ...]
    debits_after: tuple[int | None, ...]
    credits_after: tuple[int | None, ...]


def post_entry(
    *,
    kind: EntryKind,
    key: str,
    at: datetime,
    act: Act,
    lines: Sequence[Line],
    memo: str = "",
    fingerprint: bytes | None = None,
) -> Posted:
    """Write one entry, all of it or nothing, once for each key; one round trip.

    `fingerprint` stands for the whole request where the entry is only a part of it;
    without one, the kind and the lines are the request. Raises InsufficientFunds,
    IdempotencyConflict, AccountClosed, AccountFrozen, UnitMismatch, UnknownAccount,
    InvalidAmount or InvalidEntry.
    """
    check_lines(lines)
    if not lines:
        raise InvalidEntry(rule="ledger_entry_has_lines")
    return _call(
        POST,
        [
            *_head(
                kind, key, fingerprint or fingerprint_of(kind, lines), at, act, memo
            ),
            *_columns(lines),
        ],
    )


def posted_before(*, key: str, fingerprint: bytes) -> Posted | None:
    """What a request already wrote under its key; None where it did not come before.

    For commands whose checks the first run has made untrue: to be asked after locking
    and before checking. Raises IdempotencyConflict for another request's key.
    """
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [key])
        row = cursor.fetchone()
    if row is None:
        return None
    entry_id, first, posting_ids, debits_after, credits_after = row
    if bytes(first) != fingerprint:
        raise IdempotencyConflict
    return Posted(
        entry_id=entry_id,
        replayed=True,
        posting_ids=tuple(posting_ids),
        debits_after=tuple(debits_after),
        credits_after=tuple(credits_after),
    )


def reverse_entry(
    *,
    entry_id: UUID,
    key: str,
    at: datetime,
    act: Act,
    amounts: Mapping[int, int] | None = None,
    lines: Sequence[Line] = (),
    live_until: datetime | None = None,
    memo: str = "",
    fingerprint: bytes | None = None,
) -> Posted:
    """Take an entry back: all that is left of it, or `amounts` by posting id.

    What was spent returns into the lots that it came from (kept alive until
    `live_until` where given), what was granted is taken out of the lots it made.
    `lines` are posted in the same entry, after the reversal. Raises OverReversal,
    NotReversible, and what `post_entry` raises; InsufficientFunds where what was
    granted has been spent.
    """
    check_lines(lines)
    if amounts is not None and not all(
        0 < amount <= LARGEST_AMOUNT for amount in amounts.values()
    ):
        raise InvalidAmount
    undo = None if amounts is None else sorted(amounts.items())
    request = fingerprint or fingerprint_of(
        EntryKind.REVERSAL, lines, str(entry_id), undo, moment_text(live_until)
    )
    return _call(
        REVERSE,
        [
            *_head(EntryKind.REVERSAL, key, request, at, act, memo),
            *_columns(lines),
            entry_id,
            None if undo is None else as_array([posting for posting, _ in undo]),
            None if undo is None else as_array([amount for _, amount in undo]),
            live_until,
        ],
    )


def check_lines(lines: Sequence[Line]) -> None:
    """Amounts are within bounds. Raises InvalidAmount."""
    for line in lines:
        if not 0 < line.amount <= LARGEST_AMOUNT:
            raise InvalidAmount


def _head(
    kind: str, key: str, fingerprint: bytes, at: datetime, act: Act, memo: str
) -> list[Any]:
    return [
        str(kind),
        key,
        fingerprint,
        at,
        act.business_date,
        act.actor,
        act.store_id,
        act.till_id,
        act.staff_id,
        act.shift_id,
        act.approver_id,
        act.request_id,
        memo,
    ]


def _columns(lines: Sequence[Line]) -> list[str]:
    return [
        as_array([line.debit_id for line in lines]),
        as_array([line.credit_id for line in lines]),
        as_array([line.amount for line in lines]),
        as_array([moment_text(line.expires_at) for line in lines]),
        as_array([line.lot_id for line in lines]),
    ]


def as_array(values: Sequence[int | str | None]) -> str:
    """As PostgreSQL writes an array of numbers or moments.

    psycopg writes one in plain Python, type by type: a fifth of a posting's time.
    """
    written = ("NULL" if value is None else str(value) for value in values)
    return "{" + ",".join(written) + "}"


def fingerprint_of(kind: str, lines: Sequence[Line], *more: object) -> bytes:
    """What stands for a request that is nothing but its lines."""
    request = [
        str(kind),
        [
            [
                line.debit_id,
                line.credit_id,
                line.amount,
                moment_text(line.expires_at),
                line.lot_id,
            ]
            for line in lines
        ],
        *more,
    ]
    return hashlib.sha256(json.dumps(request, default=str).encode()).digest()


def moment_text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _call(sql: str, params: list[Any]) -> Posted:
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    entry_id, replayed, posting_ids, debits_after, credits_after = row
    return Posted(
        entry_id,
        replayed,
        tuple(posting_ids),
        tuple(debits_after),
        tuple(credits_after),
    )
