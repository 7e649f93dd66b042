"""What everybody holds, for 'nothing moved' and 'all is back where it was'."""

from django.db import connection

BOOKS = """
SELECT a.kind || coalesce(nullif(':' || a.slot, ':'), '')
       || CASE WHEN a.holder_kind = 'store' THEN '' ELSE ':' || a.id END,
       sum(CASE WHEN p.credit_id = a.id THEN p.amount ELSE -p.amount END
           * CASE WHEN a.side = 'D' THEN -1 ELSE 1 END)
  FROM ledger_account a
  JOIN ledger_posting p ON a.id IN (p.debit_id, p.credit_id)
 GROUP BY 1
"""
LOTS = """
SELECT l.account_id, l.id, l.remaining FROM ledger_lot l ORDER BY 1, 2
"""


def books(*, since: dict[str, int] | None = None) -> dict[str, int]:
    """What stands on every account, stores' added up by kind; or what has changed."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        now = {word: int(amount) for word, amount in cursor.fetchall()}
    if since is None:
        return now
    return {word: now.get(word, 0) - since.get(word, 0) for word in {**now, **since}}


def lots() -> list[tuple[int, int, int]]:
    """What remains in every lot that holds something."""
    with connection.cursor() as cursor:
        cursor.execute(LOTS)
        return [row for row in cursor.fetchall() if row[2]]
