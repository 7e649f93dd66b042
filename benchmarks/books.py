"""A million wallets to spend from, in the books and in the yardstick's plain tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from django.db import connection

from benchmarks.work import Books, statement
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount

LOT = 100_000_00
AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 1, 1)
EXPIRES = datetime(2090, 1, 1, tzinfo=UTC)


def seed(*, accounts: int) -> Books:
    """Fill the books, copy them for the yardstick, and let the server settle."""
    unit = ledger_services.open_unit(code="CNY")
    sales, opening, breakage = ledger_services.open_accounts(
        [
            HolderAccount(kind=kind, unit_id=unit, holder_kind="shop", slot=slot)
            for kind, slot in (
                (AccountKind.SALES, ""),
                (AccountKind.OPENING, ""),
                (AccountKind.BREAKAGE, "principal"),
            )
        ]
    )
    facts: dict[str, Any] = {
        "accounts": accounts,
        "lot": LOT,
        "unit": unit,
        "opening": opening,
        "at": AT,
        "day": DAY,
        "expires": EXPIRES,
    }
    with connection.cursor() as cursor, without_key_checks():
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET work_mem = '256MB'")
        for part in statement("seed").split(";\n\n"):
            cursor.execute(part, facts)
        cursor.execute(statement("plain_tables"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT min(id), max(id), count(*) FROM ledger_account WHERE guarded"
        )
        first, last, count = cursor.fetchone()
    books = Books(first, last, sales, breakage)
    if not books.wallets == count == accounts:
        raise RuntimeError("the wallets' ids do not follow one another")
    return books


@contextmanager
def without_key_checks() -> Iterator[None]:
    """Faster where the role is a superuser; the proof looks at every row anyway."""
    connection.ensure_connection()
    raw: psycopg.Connection[tuple[object, ...]] = connection.connection
    try:
        raw.execute("SET session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        yield
        return
    yield
    raw.execute("RESET session_replication_role")
