"""Statements over several accounts of one holder, read as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

LAST: Final = 2**63 - 1
# Both sides of an account are read from its newest posting backwards, by the index over
# account and id. `(account, id) < (mine, before) AND account >= mine` says no more than
# `account = mine AND id < before`; said so, the planner cannot read the postings of the
# whole shop backwards instead: it takes that for quick where few accounts have most.
# What an account held after its last posting before another's.
_AFTER: Final = """
(SELECT p.id, p.credit_after AS after FROM ledger_posting p
  WHERE (p.credit_id, p.id) < (other, m.posting_id) AND p.credit_id >= other
  ORDER BY p.credit_id DESC, p.id DESC LIMIT 1)
UNION ALL
(SELECT p.id, p.debit_after FROM ledger_posting p
  WHERE (p.debit_id, p.id) < (other, m.posting_id) AND p.debit_id >= other
  ORDER BY p.debit_id DESC, p.id DESC LIMIT 1)
"""
TOGETHER: Final = f"""
SELECT m.posting_id, e.id, e.kind, e.occurred_at, e.business_date, e.store_id, e.memo,
       m.account, m.change, m.after, m.after + coalesce((
         SELECT sum((SELECT a.after FROM ({_AFTER}) a ORDER BY a.id DESC LIMIT 1))
           FROM unnest(%(accounts)s::bigint[]) AS other WHERE other <> m.account
       ), 0)::bigint
  FROM (
    SELECT came.* FROM unnest(%(accounts)s::bigint[]) AS mine, LATERAL (
      SELECT p.id AS posting_id, p.entry_id, mine AS account, p.amount AS change,
             p.credit_after AS after
        FROM ledger_posting p
       WHERE (p.credit_id, p.id) < (mine, %(before)s::bigint) AND p.credit_id >= mine
       ORDER BY p.credit_id DESC, p.id DESC LIMIT %(limit)s) came
    UNION ALL
    SELECT went.* FROM unnest(%(accounts)s::bigint[]) AS mine, LATERAL (
      SELECT p.id, p.entry_id, mine, -p.amount, p.debit_after
        FROM ledger_posting p
       WHERE (p.debit_id, p.id) < (mine, %(before)s::bigint) AND p.debit_id >= mine
       ORDER BY p.debit_id DESC, p.id DESC LIMIT %(limit)s) went
    ORDER BY posting_id DESC, change LIMIT %(limit)s
  ) m JOIN ledger_entry e ON e.id = m.entry_id
 ORDER BY m.posting_id DESC, m.change
"""  # noqa: S608 (our own text throughout)
OF_ENTRY: Final = """
SELECT p.id, e.id, e.kind, e.occurred_at, e.business_date, e.store_id, e.memo,
       mine, side.change, side.after, 0::bigint
  FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id,
       unnest(%(accounts)s::bigint[]) AS mine,
       LATERAL (
         SELECT p.amount AS change, p.credit_after AS after WHERE p.credit_id = mine
         UNION ALL SELECT -p.amount, p.debit_after WHERE p.debit_id = mine) side
 WHERE e.id = %(entry)s
 ORDER BY p.id
"""
TENDERS: Final = """
SELECT a.slot, sum(p.amount)::bigint FROM ledger_posting p
  JOIN ledger_account a ON a.id = p.debit_id AND a.kind = 'tender'
 WHERE p.entry_id = %s GROUP BY a.slot ORDER BY 2 DESC, 1
"""
# Tenders by their slot; of a wallet and of a gift card what went to the shop's sales.
PAYMENTS_MOVED: Final = """
SELECT entry_id, way, slot, sum(amount)::bigint FROM (
  SELECT p.entry_id, 'tender' AS way, a.slot,
         CASE WHEN p.debit_id = a.id THEN p.amount ELSE -p.amount END AS amount
    FROM ledger_posting p
    JOIN ledger_account a ON a.id IN (p.debit_id, p.credit_id) AND a.kind = 'tender'
   WHERE p.entry_id = ANY(%(entries)s)
  UNION ALL
  SELECT p.entry_id,
         CASE WHEN d.kind = 'gift_card' THEN 'gift_card' ELSE 'stored_value' END, '',
         p.amount
    FROM ledger_posting p
    JOIN ledger_account d ON d.id = p.debit_id
     AND d.kind IN ('principal', 'bonus', 'held', 'gift_card')
    JOIN ledger_account s ON s.id = p.credit_id AND s.kind = 'sales'
   WHERE p.entry_id = ANY(%(entries)s)) moved
 GROUP BY entry_id, way, slot ORDER BY entry_id, 4 DESC, way, slot
"""
REVERSED_KINDS: Final = """
SELECT e.id, r.kind FROM ledger_entry e JOIN ledger_entry r ON r.id = e.reverses_id
 WHERE e.id = ANY(%s)
"""
# By the day in the books: what was reported late stands where it belongs.
OF_DAYS: Final = """
SELECT p.id, e.id, e.kind, e.occurred_at, e.business_date, e.store_id, e.memo,
       mine, side.change, side.after, 0::bigint
  FROM unnest(%(accounts)s::bigint[]) AS mine, LATERAL (
    SELECT p.id, p.amount AS change, p.credit_after AS after, p.entry_id
      FROM ledger_posting p WHERE p.credit_id = mine
    UNION ALL
    SELECT p.id, -p.amount, p.debit_after, p.entry_id
      FROM ledger_posting p WHERE p.debit_id = mine) side
  JOIN ledger_entry e ON e.id = side.entry_id
  JOIN ledger_posting p ON p.id = side.id
 WHERE e.business_date >= %(since)s AND e.business_date < %(until)s
 ORDER BY e.business_date, p.id, side.change
"""
BEFORE: Final = """
SELECT coalesce(sum(side.change), 0)::bigint
  FROM unnest(%(accounts)s::bigint[]) AS mine, LATERAL (
    SELECT p.amount AS change, p.entry_id FROM ledger_posting p
     WHERE p.credit_id = mine
    UNION ALL
    SELECT -p.amount, p.entry_id FROM ledger_posting p WHERE p.debit_id = mine) side
  JOIN ledger_entry e ON e.id = side.entry_id
 WHERE e.business_date < %(day)s
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line: the signed change of one account, and what all held after it."""

    posting_id: int
    entry_id: UUID
    kind: str
    occurred_at: datetime
    business_date: date
    store_id: int | None
    memo: str
    account_id: int
    change: int
    account_after: int
    together_after: int


def together(
    *, account_ids: Sequence[int], before: int | None = None, limit: int = 50
) -> list[Movement]:
    """The movements of accounts that grow by credit (principal and bonus, points),
    newest first, each with what they held together after it.

    Page on by giving the last line's `posting_id` as `before`.
    """
    if not account_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            TOGETHER,
            {
                "accounts": list(account_ids),
                "before": LAST if before is None else before,
                "limit": limit,
            },
        )
        return [Movement(*row) for row in cursor.fetchall()]


def of_entry(*, entry_id: UUID, account_ids: Sequence[int]) -> list[Movement]:
    """What one entry did to these accounts, in the order it was written; nothing where
    it did not touch them. What all held together after it is not said here.
    """
    if not account_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(OF_ENTRY, {"entry": entry_id, "accounts": list(account_ids)})
        return [Movement(*row) for row in cursor.fetchall()]


def of_days(*, account_ids: Sequence[int], since: date, until: date) -> list[Movement]:
    """The movements of accounts on the business days from `since` to before `until`,
    in their order. What all held together after each is not said here.
    """
    if not account_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            OF_DAYS, {"accounts": list(account_ids), "since": since, "until": until}
        )
        return [Movement(*row) for row in cursor.fetchall()]


def kinds_reversed(entry_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of reversals: the kind of what each of them gives back."""
    with connection.cursor() as cursor:
        cursor.execute(REVERSED_KINDS, [list(entry_ids)])
        return dict(cursor.fetchall())


def held_before(*, account_ids: Sequence[int], day: date) -> int:
    """What accounts held together before a business day began."""
    if not account_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, {"accounts": list(account_ids), "day": day})
        return int(cursor.fetchone()[0])


def tenders_of(*, entry_id: UUID) -> dict[str, int]:
    """What an entry took by tender, in minor units, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(TENDERS, [entry_id])
        return dict(cursor.fetchall())


def payments_moved(
    *, entry_ids: Collection[UUID]
) -> dict[UUID, dict[tuple[str, str], int]]:
    """How each entry was paid, in minor units; negative: handed out.

    By `("tender", its code)`, `("stored_value", "")` and `("gift_card", "")`.
    """
    found: dict[UUID, dict[tuple[str, str], int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS_MOVED, {"entries": list(entry_ids)})
        for entry_id, way, slot, amount in cursor.fetchall():
            found.setdefault(entry_id, {})[way, slot] = amount
    return found
