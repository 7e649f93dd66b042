"""What is done to the whole of the books at once: expiry, the seal, the proof."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from benchmarks.books import EXPIRES
from benchmarks.judge import Ratio
from benchmarks.work import Books, statement
from ledger import services as ledger_services

EXPIRY_AIM = 1.2
DUE = EXPIRES + timedelta(seconds=1)
LAST_DAY = date(2090, 1, 1)


class BooksDiffer(Exception):
    """Speed without correctness does not count."""


def timed[T](act: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = act()
    return result, time.perf_counter() - began


def prove(when: str) -> None:
    """Prove the books and say how long it took; a difference ends the benchmark."""
    proof, seconds = timed(ledger_services.prove_books)
    if not proof.is_proven:
        raise BooksDiffer(proof.differences[:5])
    counts = ", ".join(
        f"{count:,} {what.replace('_', ' ')}" for what, count in proof.counts.items()
    )
    print(f"proved {when}: {counts}: {seconds:.1f} s", flush=True)


def settle() -> None:
    """Neither side pays for what the other left behind."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def expire(*, books: Books) -> Ratio:
    """Expire half of the lots: one plain statement beside our resumable chunks."""
    settle()
    plain = timed(lambda: _expire_plain(books))[1]
    settle()
    swept, ours = timed(
        lambda: ledger_services.expire_lots(
            at=DUE, business_date=LAST_DAY, request_id="bench", actor="system:bench"
        )
    )
    if swept.lots != books.wallets:
        raise BooksDiffer(f"{swept.lots} lots expired of {books.wallets}")
    print(f"expired {swept.lots:,} lots in {swept.entries:,} entries: {ours:.1f} s")
    print(f"the same by one plain statement: {plain:.1f} s")
    return Ratio(
        "expiry : one plain statement", [ours], [plain], EXPIRY_AIM, at_most=True
    )


def _expire_plain(books: Books) -> None:
    facts: dict[str, Any] = {"at": DUE, "day": LAST_DAY, "breakage": books.breakage}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("expire_plain"), facts)


def seal() -> None:
    """Put every entry into the hash chain, and say how long it took."""
    sealed, seconds = timed(lambda: ledger_services.seal_day(day=LAST_DAY, at=DUE))
    if sealed is None:
        raise BooksDiffer("nothing was sealed")
    rate = sealed.entries / seconds
    print(f"sealed {sealed.entries:,} entries: {seconds:.1f} s, {rate:,.0f} a second")
