"""The canonical text of entries, and the hash chain over it.

    head(n) = SHA-256(head(n - 1) || 0x0A || text of entry n)

Hashes are made here, not in the database, so that whoever can rewrite the database cannot
also rewrite what its rows hash to. `docs/books.md` describes the text, so that an auditor
can repeat it with other tools.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from django.db import connection

GENESIS: Final = "0" * 64
BATCH: Final = 20_000

# One row per entry: its columns, its postings, the lots these made, what they took.
# Times are in UTC microseconds, so that no setting of the session changes the text.
CANONICAL: Final = """
SELECT e.seq, jsonb_build_array(
  e.seq, e.id, e.kind, e.key, encode(e.fingerprint, 'hex'),
  (extract(epoch FROM e.occurred_at) * 1000000)::bigint,
  (extract(epoch FROM e.recorded_at) * 1000000)::bigint,
  to_char(e.business_date, 'YYYY-MM-DD'), e.actor, e.store_id, e.till_id, e.staff_id,
  e.shift_id, e.approver_id, e.request_id, e.memo, e.reverses_id,
  (SELECT jsonb_agg(jsonb_build_array(
      p.id, p.debit_id, p.credit_id, p.unit_id, p.amount, p.debit_after, p.credit_after,
      (SELECT jsonb_agg(jsonb_build_array(l.id, l.account_id, l.initial) ORDER BY l.id)
         FROM ledger_lot l WHERE l.posting_id = p.id),
      (SELECT jsonb_agg(jsonb_build_array(u.id, u.lot_id, u.amount, u.returns_id) ORDER BY u.id)
         FROM ledger_lotuse u WHERE u.posting_id = p.id)
    ) ORDER BY p.id) FROM ledger_posting p WHERE p.entry_id = e.id)
)::text
FROM ledger_entry e
WHERE e.seq > %s AND e.seq <= %s
ORDER BY e.seq
LIMIT %s
"""


def entry_texts(*, after: int, until: int) -> Iterator[tuple[int, str]]:
    """Every entry numbered above `after` up to `until`: its number and its text."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CANONICAL, [after, until, BATCH])
            rows: list[tuple[int, str]] = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def link(head: str, text: str) -> str:
    """The head after one more entry."""
    return hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()
