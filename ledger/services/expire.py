"""Expiry: what is due leaves the holder and becomes breakage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

# Large enough to be quick, small enough that a till whose guest is among them waits
# for hundredths of a second: with 10,000 a fifth of the tills' rate was left.
CHUNK = 1_000


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
    stays done, once. Accounts that a till holds locked are left for the next run.
    """
    total = Expired()
    while True:
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
