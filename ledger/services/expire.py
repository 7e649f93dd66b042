"""Expiry: what is due leaves the holder and becomes breakage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter, sleep

from django.db import connection

# Large enough to be quick, small enough that a till whose guest is among them waits
# for hundredths of a second: with 10,000 a fifth of the tills' rate was left.
CHUNK = 1_000
LONGEST_REST = 1.0  # seconds
# Somebody else of this database, within the last second.
OTHERS_AT_WORK = """
SELECT EXISTS (
  SELECT FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend'
     AND pid <> pg_backend_pid()
     AND state_change > clock_timestamp() - interval '1 second'
)
"""


@dataclass(frozen=True, slots=True)
class Expired:
    """What a sweep wrote: entries, lots closed, and their sum over all units."""

    entries: int = 0
    lots: int = 0
    amount: int = 0


def expire_lots(
    *,
    at: datetime,
    business_date: date,
    request_id: str,
    chunk: int = CHUNK,
    actor: str = "system:expiry",
    only: Sequence[int] | None = None,
) -> Expired:
    """Expire every lot due at `at`, chunk by chunk, each its own transaction.

    Called outside a transaction it can be stopped anywhere and run again: what is done
    stays done, once. Accounts that a till holds locked are left for the next run, and
    while tills are at work half of the time is theirs alone.
    """
    total = Expired()
    while True:
        began = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT entries, lots, amount"
                " FROM ledger_expire_lots(%s, %s, %s, %s, %s, %s::bigint[])",
                [
                    at,
                    chunk,
                    actor,
                    request_id,
                    business_date,
                    None if only is None else list(only),
                ],
            )
            entries, lots, amount = cursor.fetchone()
        if lots == 0:
            return total
        total = Expired(
            total.entries + entries, total.lots + lots, total.amount + amount
        )
        if only is None:
            _let_others_pass(perf_counter() - began)


def _let_others_pass(took: float) -> None:
    """Rest as long as the last chunk took, where anybody else is at work."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_AT_WORK)
        (others_at_work,) = cursor.fetchone()
    if others_at_work:
        sleep(min(took, LONGEST_REST))
