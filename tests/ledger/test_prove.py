"""The proof: clean books pass, and each way of tampering is named."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from ledger import errors
from ledger import services as ledger_services
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    fund,
    guarded,
    holding,
    spend,
)
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


def busy_books() -> int:
    account = guarded()
    fund(account, 300, expires_at=NOON + timedelta(days=9))
    fund(account, 200)
    sale = spend(account, 350)
    ledger_services.reverse_entry(
        entry_id=sale.entry_id,
        key="half",
        at=NOON,
        act=an_act(),
        amounts={sale.posting_ids[0]: 100},
    )
    ledger_services.expire_lots(
        at=NOON + timedelta(days=10), business_date=TODAY, request_id="sweep"
    )
    return account


def test_busy_books_are_proven_and_summed() -> None:
    account = busy_books()

    proof = ledger_services.prove_books()

    assert proof.differences == ()
    assert proof.sums["CNY"]["principal"] == balance(account)
    assert proof.counts["entries"] == 5


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE ledger_account SET balance = balance + 1 WHERE guarded", "account"),
        ("UPDATE ledger_posting SET amount = amount + 1", "posting"),
        ("UPDATE ledger_posting SET debit_after = debit_after + 1", "posting"),
        (
            "UPDATE ledger_lot SET remaining = remaining - 1 WHERE remaining > 1",
            "lot",
        ),
        ("UPDATE ledger_lotuse SET amount = amount + 1", "lot"),
        ("DELETE FROM ledger_lotuse WHERE returns_id IS NOT NULL", "lot"),
        ("UPDATE ledger_reversed SET reversed = reversed + 1", "entry"),
    ],
)
def test_a_tampered_row_is_named(sql: str, row: str) -> None:
    busy_books()
    tamper(sql)

    proof = ledger_services.prove_books()

    assert not proof.is_proven
    assert any(found.row.startswith(row) for found in proof.differences)


def test_a_guard_that_was_switched_off_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only"
        )
        cursor.execute(
            "ALTER TABLE ledger_lot DROP CONSTRAINT ledger_lot_within_bounds"
        )
        cursor.execute(
            "ALTER DOMAIN ledger_amount DROP CONSTRAINT ledger_amount_is_positive"
        )

    rows = {found.row for found in ledger_services.prove_books().differences}

    assert rows == {
        "trigger ledger_entry_append_only",
        "constraint ledger_lot_within_bounds",
        "constraint ledger_amount_is_positive",
    }


def test_a_recorded_proof_freezes_what_it_names_and_mends_nothing() -> None:
    account, other = holding(100), holding(100)
    tamper(f"UPDATE ledger_account SET balance = 150 WHERE id = {account}")

    run = ledger_services.record_proof(
        proof=ledger_services.prove_books(), started_at=NOON, finished_at=NOON
    )

    assert not run.is_proven
    assert balance(account) == 150
    with pytest.raises(errors.AccountFrozen), transaction.atomic():
        spend(account, 1)
    assert spend(other, 1).debits_after == (99,)


def test_a_lot_or_posting_that_differs_freezes_its_account_too() -> None:
    by_lot, by_posting, other = holding(100), holding(100), holding(100)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_posting WHERE credit_id = %s", [by_posting]
        )
        posting_id = cursor.fetchone()[0]
    proof = ledger_services.Proof(
        counts={},
        sums={},
        differences=(
            ledger_services.Difference("", f"lot {lot_of(by_lot)}", "", "", ""),
            ledger_services.Difference("", f"posting {posting_id}", "", "", ""),
            ledger_services.Difference("", "seal 1 of 2026-11-22", "", "", ""),
        ),
        head="",
    )

    ledger_services.record_proof(proof=proof, started_at=NOON, finished_at=NOON)

    frozen = {account for account in (by_lot, by_posting, other) if is_frozen(account)}
    assert frozen == {by_lot, by_posting}


def lot_of(account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_lot WHERE account_id = %s", [account_id])
        return int(cursor.fetchone()[0])


def is_frozen(account_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM ledger_account WHERE id = %s", [account_id])
        return bool(cursor.fetchone()[0] == "frozen")
