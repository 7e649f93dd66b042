"""Accounts and money for tests: value arrives by posting, in tests too."""

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, HolderAccount, Line, Posted

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

_holders = itertools.count(1_000)


def an_act(**facts: Any) -> Act:
    """A system act on TODAY; name what a test needs otherwise."""
    return Act(
        **{
            "actor": "system:test",
            "business_date": TODAY,
            "request_id": f"test-{uuid.uuid4()}",
            **facts,
        }
    )


def yuan() -> int:
    return ledger_services.open_unit(code="CNY")


def points_unit(code: str = "points") -> int:
    return ledger_services.open_unit(code=code, kind="points", exponent=0)


def house(
    kind: AccountKind = AccountKind.TENDER,
    *,
    unit_id: int | None = None,
    slot: str = "cash",
    store_id: int | None = None,
) -> int:
    """One of the shop's own accounts."""
    return ledger_services.open_account(
        HolderAccount(
            kind=kind,
            unit_id=unit_id or yuan(),
            holder_kind="store" if store_id else "shop",
            holder_id=store_id,
            slot=slot,
        )
    )


def guarded(
    kind: AccountKind = AccountKind.PRINCIPAL, *, unit_id: int | None = None
) -> int:
    """A new holder's account, empty."""
    return ledger_services.open_account(
        HolderAccount(
            kind=kind,
            unit_id=unit_id or yuan(),
            holder_kind="member",
            holder_id=next(_holders),
        )
    )


def fund(
    account_id: int,
    amount: int,
    *,
    expires_at: datetime | None = None,
    at: datetime = NOON - timedelta(days=30),
    key: str | None = None,
    unit_id: int | None = None,
) -> Posted:
    """Let an amount come in, paid in cash; one lot."""
    return ledger_services.post_entry(
        kind=EntryKind.TOP_UP,
        key=key or f"fund:{uuid.uuid4()}",
        at=at,
        act=an_act(),
        lines=[
            Line(
                debit_id=house(unit_id=unit_id),
                credit_id=account_id,
                amount=amount,
                expires_at=expires_at,
            )
        ],
    )


def holding(amount: int, **facts: Any) -> int:
    """A new account that holds an amount."""
    account_id = guarded()
    fund(account_id, amount, **facts)
    return account_id


def spend(
    account_id: int,
    amount: int,
    *,
    key: str | None = None,
    at: datetime = NOON,
    act: Act | None = None,
    lot_id: int | None = None,
) -> Posted:
    """Pay for something out of an account."""
    return ledger_services.post_entry(
        kind=EntryKind.SALE,
        key=key or f"spend:{uuid.uuid4()}",
        at=at,
        act=act or an_act(),
        lines=[
            Line(
                debit_id=account_id,
                credit_id=house(AccountKind.SALES, slot=""),
                amount=amount,
                lot_id=lot_id,
            )
        ],
    )


def balance(account_id: int) -> int:
    """The cached balance, read from the table itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT balance FROM ledger_account WHERE id = %s", [account_id])
        return int(cursor.fetchone()[0])


def lots(account_id: int) -> list[int]:
    """What remains in each lot, in the order they were made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT remaining FROM ledger_lot WHERE account_id = %s ORDER BY id",
            [account_id],
        )
        return [row[0] for row in cursor.fetchall()]


def everything() -> list[Any]:
    """Every row of the books, for 'nothing changed'."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in ("account", "entry", "posting", "lot", "lotuse", "reversed"):
            cursor.execute(f"SELECT t::text FROM ledger_{table} t ORDER BY 1")
            rows += [(table, row[0]) for row in cursor.fetchall()]
    return rows
