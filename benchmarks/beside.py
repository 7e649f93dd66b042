"""Tills do not wait for the sweep: spends while a great many lots expire."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection

from benchmarks import sides
from benchmarks.books import AT, DAY, LOT
from benchmarks.bulk import DUE, LAST_DAY, settle, timed
from benchmarks.judge import Ratio
from benchmarks.work import Books
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Expired, HolderAccount, Line

KEPT_AIM = 0.60
CLIENTS = 8
SECOND = DUE + timedelta(days=1)
IN_ONE_ENTRY = 2_000


def sweep(*, books: Books, url: str, seconds: int) -> Ratio:
    """Postings a second while every wallet's second lot expires, beside those alone."""
    fund(books)
    settle()

    def spends() -> float:
        return sides.pgbench(
            url=url,
            script="spend_by_function",
            schema="public",
            books=books,
            clients=CLIENTS,
            seconds=seconds,
        )

    alone = spends()
    with ThreadPoolExecutor(1) as pool:
        sweeping = pool.submit(timed, _expire)
        kept = spends()
        expired, taken = sweeping.result()
    print(
        f"{alone:,.0f} postings a second alone, {kept:,.0f} in {seconds} s beside the"
        f" expiry of {expired.lots:,} lots, which took {taken:.1f} s"
    )
    return Ratio("spends beside expiry : alone", [kept], [alone], KEPT_AIM)


def fund(books: Books) -> None:
    """As much again for every wallet, in a lot that expires with the second wave."""
    unit = ledger_services.open_unit(code="CNY")
    opening = ledger_services.open_account(
        HolderAccount(kind=AccountKind.OPENING, unit_id=unit, holder_kind="shop")
    )
    act = Act(actor="system:bench", business_date=DAY, request_id="bench")
    for first in range(books.first, books.last + 1, IN_ONE_ENTRY):
        last = min(first + IN_ONE_ENTRY - 1, books.last)
        ledger_services.post_entry(
            kind=EntryKind.OPENING,
            key=f"second:{first}",
            at=AT,
            act=act,
            lines=[
                Line(debit_id=opening, credit_id=wallet, amount=LOT, expires_at=SECOND)
                for wallet in range(first, last + 1)
            ],
        )


def _expire() -> Expired:
    """In a thread, and so on a connection of its own."""
    try:
        return ledger_services.expire_lots(
            at=SECOND + timedelta(seconds=1),
            business_date=LAST_DAY,
            request_id="bench:beside",
            actor="system:bench",
        )
    finally:
        connection.close()
