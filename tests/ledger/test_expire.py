"""Expiry: at the very second, once, in chunks that may be run again."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import Expired
from ledger.services import expire as expire_module
from tests.factories.ledger import (
    NOON,
    TODAY,
    balance,
    everything,
    fund,
    guarded,
    holding,
    lots,
    points_unit,
    spend,
)

pytestmark = pytest.mark.django_db


def expire(**facts: object) -> Expired:
    return ledger_services.expire_lots(
        **{"at": NOON, "business_date": TODAY, "request_id": "sweep", **facts}  # type: ignore[arg-type]  # a test's shorthand
    )


def test_only_what_is_due_expires_and_becomes_breakage() -> None:
    account = guarded()
    fund(account, 100, expires_at=NOON)
    fund(account, 50, expires_at=NOON + timedelta(microseconds=1))
    fund(account, 7)
    spend(account, 30, at=NOON - timedelta(days=1))

    expired = expire()

    assert expired == Expired(entries=1, lots=1, amount=70)
    assert lots(account) == [0, 50, 7]
    assert balance(account) == 57
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.amount, p.debit_after, b.kind, b.slot FROM ledger_posting p"
            " JOIN ledger_entry e ON e.id = p.entry_id"
            " JOIN ledger_account b ON b.id = p.credit_id WHERE e.kind = 'expiry'"
        )
        assert cursor.fetchall() == [(70, 57, "breakage", "principal")]


def test_running_it_again_changes_nothing() -> None:
    holding(100, expires_at=NOON)
    expire()
    before = everything()

    assert expire() == Expired()
    assert everything() == before


def test_many_accounts_and_units_expire_in_small_chunks() -> None:
    money = [holding(10, expires_at=NOON) for _ in range(7)]
    points = [guarded(AccountKind.POINTS, unit_id=points_unit()) for _ in range(5)]
    for account in points:
        fund(account, 3, expires_at=NOON, unit_id=points_unit())
        fund(account, 4, expires_at=NOON, unit_id=points_unit())

    expired = expire(chunk=3)

    assert (expired.lots, expired.amount) == (17, 105)
    assert all(balance(account) == 0 for account in money + points)
    assert ledger_services.prove_books().is_proven


def test_what_a_member_owes_does_not_expire() -> None:
    assert expire() == Expired()


def test_one_holder_s_lots_can_be_expired_alone() -> None:
    mine, another = guarded(), guarded()
    for account in (mine, another):
        fund(account, 100, expires_at=NOON)

    expired = expire(only=[mine])

    assert (expired.lots, expired.amount) == (1, 100)
    assert (balance(mine), balance(another)) == (0, 100)


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a sweep would have rested."""
    found: list[float] = []
    monkeypatch.setattr(expire_module, "sleep", found.append)
    return found


def test_a_sweep_rests_while_somebody_else_is_at_work(rests: list[float]) -> None:
    for _wallet in range(3):
        holding(5, expires_at=NOON)
    till = connection.copy()
    try:
        with till.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert expire(chunk=1).lots == 3
    finally:
        till.close()
    assert len(rests) == 3
    assert all(0 < rest <= 1 for rest in rests)


def test_a_sweep_that_is_alone_does_not_rest(
    rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests of this process may have just left the database.
    monkeypatch.setattr(expire_module, "OTHERS_AT_WORK", "SELECT false")
    holding(5, expires_at=NOON)
    assert expire().lots == 1
    assert rests == []


def test_whoever_waits_at_a_till_waits_for_no_rest(rests: list[float]) -> None:
    account = holding(5, expires_at=NOON)
    assert expire(only=[account]).lots == 1
    assert rests == []
