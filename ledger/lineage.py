"""Where value came from and what became of it: from lot to lot, store to store."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

LAST_ENTRY: Final = 2**63 - 1
HOLDERS: Final = """
SELECT id FROM ledger_account
 WHERE guarded AND holder_kind = %(kind)s AND holder_id = %(id)s ORDER BY id
"""
POSTINGS: Final = """
SELECT p.id, e.id, e.kind, p.amount, coalesce(r.reversed, 0),
       d.id, d.kind, d.holder_kind, d.holder_id,
       c.id, c.kind, c.holder_kind, c.holder_id
  FROM ledger_posting p
  JOIN ledger_entry e ON e.id = p.entry_id
  JOIN ledger_account d ON d.id = p.debit_id
  JOIN ledger_account c ON c.id = p.credit_id
  LEFT JOIN ledger_reversed r ON r.posting_id = p.id
"""
OF_ENTRY: Final = POSTINGS + " WHERE p.entry_id = %(entry)s ORDER BY p.id"
MAKING: Final = (
    POSTINGS
    + " JOIN ledger_lot l ON l.posting_id = p.id WHERE l.id = ANY (%(lots)s::bigint[])"
)
# Of each posting that used lots made from one posting: that posting.
MADE_WHAT_WAS_USED: Final = """
SELECT DISTINCT ON (u.posting_id) u.posting_id, l.posting_id
  FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
 WHERE u.posting_id = ANY (%(postings)s::bigint[]) ORDER BY u.posting_id, u.id
"""
BY_ID: Final = POSTINGS + " WHERE p.id = ANY (%(postings)s::bigint[])"
# A lot's heirs: made by a posting that took from this lot alone (a transfer, a merge).
HEIRS: Final = """
WITH RECURSIVE line AS (
    SELECT l.id FROM ledger_lot l
     WHERE l.posting_id IN (SELECT id FROM ledger_posting WHERE entry_id = %(entry)s)
    UNION
    SELECT made.id FROM line
      JOIN ledger_lotuse u ON u.lot_id = line.id AND u.returns_id IS NULL
      JOIN ledger_posting p ON p.id = u.posting_id AND p.amount = u.amount
      JOIN ledger_lot made ON made.posting_id = p.id
)
SELECT l.id, a.id, a.kind, a.slot, a.holder_kind, a.holder_id,
       l.initial, l.remaining, l.expires_at, p.entry_id = %(entry)s
  FROM line JOIN ledger_lot l ON l.id = line.id
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_posting p ON p.id = l.posting_id
 ORDER BY l.expires_at, l.id
"""
# Accounts that nothing comes back to any more: closed, and nobody's who is left.
ENDED: Final = """
SELECT a.id FROM unnest(%(accounts)s::bigint[]) AS a(id)
  JOIN ledger_account h ON h.id = ledger_heir_of(a.id) WHERE h.status = 'closed'
"""
# Each use of a lot of money, led back to the house account that the money came from.
CROSSINGS: Final = """
WITH RECURSIVE used AS (
    SELECT e.business_date, p.id AS posting_id, u.lot_id,
           CASE WHEN u.returns_id IS NULL THEN u.amount ELSE -u.amount END AS amount,
           other.holder_id AS acceptor, other.kind AS way
      FROM ledger_entry e
      JOIN ledger_posting p ON p.entry_id = e.id
      JOIN ledger_lotuse u ON u.posting_id = p.id
      JOIN ledger_account other
        ON other.id = CASE WHEN u.returns_id IS NULL THEN p.credit_id
                           ELSE p.debit_id END
       AND other.holder_kind = 'store' AND other.kind IN ('sales', 'tender')
     WHERE e.seq > %(after)s AND e.seq <= %(until)s
       AND e.kind IN ('sale', 'payout', 'reversal')
), back AS (
    SELECT DISTINCT lot_id AS first, lot_id AS lot FROM used
    UNION
    SELECT back.first, u.lot_id FROM back
      JOIN ledger_lot l ON l.id = back.lot
      JOIN ledger_lotuse u ON u.posting_id = l.posting_id AND u.returns_id IS NULL
), roots AS (
    SELECT back.first, back.lot, a.kind, source.holder_kind, source.holder_id
      FROM back JOIN ledger_lot l ON l.id = back.lot
      JOIN ledger_account a ON a.id = l.account_id
      JOIN ledger_posting p ON p.id = l.posting_id
      JOIN ledger_account source ON source.id = p.debit_id AND NOT source.guarded
), origins AS (
    -- What was mixed of several lots has no one origin: head office stands for it.
    SELECT first, min(kind) AS kind,
           CASE WHEN count(DISTINCT coalesce(holder_id, 0)) = 1
                 AND bool_and(holder_kind = 'store') THEN min(holder_id) END AS store
      FROM roots GROUP BY first
)
SELECT used.business_date, o.store, used.acceptor, o.kind, used.way,
       sum(used.amount)::bigint
  FROM used JOIN origins o ON o.first = used.lot_id
 WHERE o.kind = ANY (%(kinds)s::text[])
 GROUP BY 1, 2, 3, 4, 5 HAVING sum(used.amount) <> 0
UNION ALL
-- A store's money that another received or handed out: the debited one owes the other.
SELECT e.business_date, d.holder_id, c.holder_id, 'sales', 'tender',
       sum(p.amount)::bigint
  FROM ledger_entry e
  JOIN ledger_posting p ON p.entry_id = e.id
  JOIN ledger_account d ON d.id = p.debit_id
   AND d.holder_kind = 'store' AND d.kind IN ('sales', 'tender')
  JOIN ledger_account c ON c.id = p.credit_id
   AND c.holder_kind = 'store' AND c.kind IN ('sales', 'tender')
 WHERE e.seq > %(after)s AND e.seq <= %(until)s
   AND e.kind IN ('sale', 'payout', 'reversal')
   AND d.holder_id <> c.holder_id AND 'sales' = ANY (%(kinds)s::text[])
 GROUP BY 1, 2, 3
 ORDER BY 1, 2 NULLS FIRST, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """A posting with both its accounts, and how much of it was reversed."""

    posting_id: int
    entry_id: UUID
    entry_kind: str
    amount: int
    reversed: int
    debit_id: int
    debit_kind: str
    debit_holder_kind: str
    debit_holder_id: int | None
    credit_id: int
    credit_kind: str
    credit_holder_kind: str
    credit_holder_id: int | None

    @property
    def left(self) -> int:
        """What of it stands."""
        return self.amount - self.reversed


@dataclass(frozen=True, slots=True)
class Heir:
    """A lot of an entry, or one that was made out of it; and who holds it now."""

    lot_id: int
    account_id: int
    kind: str
    slot: str
    holder_kind: str
    holder_id: int | None
    initial: int
    remaining: int
    expires_at: datetime | None
    is_first: bool

    def usable(self, at: datetime) -> int:
        """What may still be taken from it."""
        alive = self.expires_at is None or self.expires_at > at
        return self.remaining if alive else 0


@dataclass(frozen=True, slots=True)
class Crossing:
    """What one store took in and another gave goods or money for, on a business day.

    `origin` None: the house as a whole (opening balances, mixed lots). `kind` is the
    account that it came in on, `way` sales or tender; of a bill that another store gave
    back, sales.
    """

    business_date: date
    origin: int | None
    acceptor: int
    kind: str
    way: str
    amount: int


def guarded_accounts(*, holder_kind: str, holder_id: int) -> list[int]:
    """Every account that somebody holds, to be locked together."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, {"kind": holder_kind, "id": holder_id})
        return [row[0] for row in cursor.fetchall()]


def ended_accounts(account_ids: Collection[int]) -> frozenset[int]:
    """Those of these accounts that are closed, and that nobody has taken over."""
    if not account_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(ENDED, {"accounts": list(account_ids)})
        return frozenset(row[0] for row in cursor.fetchall())


def postings_of(*, entry_id: UUID) -> list[PostingFacts]:
    """The lines of an entry, in order."""
    with connection.cursor() as cursor:
        cursor.execute(OF_ENTRY, {"entry": entry_id})
        return [PostingFacts(*row) for row in cursor.fetchall()]


def postings_that_made(lot_ids: Sequence[int]) -> list[PostingFacts]:
    """By which postings lots came to be."""
    with connection.cursor() as cursor:
        cursor.execute(MAKING, {"lots": list(lot_ids)})
        return [PostingFacts(*row) for row in cursor.fetchall()]


def made_what_was_used(posting_ids: Sequence[int]) -> dict[int, PostingFacts]:
    """For each posting that took from a lot, the posting that had made the lot."""
    with connection.cursor() as cursor:
        cursor.execute(MADE_WHAT_WAS_USED, {"postings": list(posting_ids)})
        pairs: dict[int, int] = dict(cursor.fetchall())
        cursor.execute(BY_ID, {"postings": list(pairs.values())})
        facts = [PostingFacts(*row) for row in cursor.fetchall()]
    by_id = {posting.posting_id: posting for posting in facts}
    return {used: by_id[made] for used, made in pairs.items()}


def heirs_of(*, entry_id: UUID) -> list[Heir]:
    """What became of the lots that an entry made, wherever they were moved since.

    A lot is followed where a posting took from it alone; what was mixed is lost sight
    of. The first to expire first.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEIRS, {"entry": entry_id})
        return [Heir(*row) for row in cursor.fetchall()]


def crossings(
    *, after: int, until_entry: int = LAST_ENTRY, kinds: Sequence[str]
) -> list[Crossing]:
    """What lots that came in on `kinds` were spent or paid out for, store by store; of
    kind `sales`, what a store handed out of another's bills.

    Of the entries numbered above `after` up to `until_entry`; what was given back
    counts against.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CROSSINGS, {"after": after, "until": until_entry, "kinds": list(kinds)}
        )
        return [Crossing(*row) for row in cursor.fetchall()]
