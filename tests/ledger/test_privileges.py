"""The role that the running application puts on: it posts, and can do nothing else."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg import Error as PsycopgError

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.privileges import FUNCTIONS, FUNCTIONS_ONLY, INSERT_ONLY
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    everything,
    fund,
    guarded,
    holding,
    spend,
)
from tests.ledger.attacks import columns, copied
from tests.ledger.test_prove import busy_books

pytestmark = pytest.mark.django_db

REFUSED = "42501"  # insufficient_privilege


@pytest.fixture(autouse=True)
def role() -> str:
    """A role of its own for each test; like everything else it is rolled back."""
    busy_books()
    ledger_services.seal_day(day=TODAY, at=NOON)
    ledger_services.record_proof(
        proof=ledger_services.prove_books(), started_at=NOON, finished_at=NOON
    )
    name = f"regulars_test_{uuid.uuid4().hex[:8]}"
    call_command("restrict_role", name)
    return name


@contextmanager
def wearing(role: str) -> Iterator[None]:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"SET LOCAL ROLE {role}")
    yield
    execute("RESET ROLE")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def sqlstate_of(sql: str) -> str | None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        execute(sql)
    cause = refusal.value.__cause__
    assert isinstance(cause, PsycopgError)
    return cause.sqlstate


def touched(table: str) -> str:
    column = columns(table)[-1]
    return f"UPDATE ledger_{table} SET {column} = {column}"


BOOKS = [table.removeprefix("ledger_") for table in FUNCTIONS_ONLY]
ONCE = [
    table.removeprefix("ledger_") for table in INSERT_ONLY if table.startswith("ledger")
]


@pytest.mark.parametrize("table", BOOKS)
def test_the_books_are_written_by_their_functions_only(table: str, role: str) -> None:
    before = everything()
    with wearing(role):
        states = {
            sqlstate_of(sql)
            for sql in (
                copied(table),
                touched(table),
                f"DELETE FROM ledger_{table}",
                f"TRUNCATE ledger_{table} CASCADE",
            )
        }
    assert states == {REFUSED}
    assert everything() == before


@pytest.mark.parametrize("table", ONCE)
def test_seals_and_proofs_are_added_and_never_changed(table: str, role: str) -> None:
    with wearing(role):
        execute(copied(table))
        states = {
            sqlstate_of(sql)
            for sql in (
                touched(table),
                f"DELETE FROM ledger_{table}",
                f"TRUNCATE ledger_{table} CASCADE",
            )
        }
    assert states == {REFUSED}


def test_the_log_of_acts_is_added_to_and_never_changed(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'stores_auditevent' AND grantee = %s",
            [role],
        )
        granted = {row[0] for row in cursor.fetchall()}
    with wearing(role):
        states = {
            sqlstate_of("UPDATE stores_auditevent SET id = id"),
            sqlstate_of("DELETE FROM stores_auditevent"),
        }
    assert granted == {"SELECT", "INSERT"}
    assert states == {REFUSED}


@pytest.mark.parametrize(
    "sql",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only",
        "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
        "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_closed_is_empty",
        "ALTER DOMAIN ledger_balance DROP CONSTRAINT ledger_balance_never_negative",
        "DROP TABLE ledger_seal",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION ledger_last_written() SECURITY INVOKER",
        "SELECT setval(pg_get_serial_sequence('ledger_entry', 'seq'), 1)",
        "LOCK TABLE ledger_entry IN EXCLUSIVE MODE",
        "CREATE TABLE public.ledger_shadow (id int)",
        "SELECT * FROM pg_authid",
        "COPY ledger_entry TO PROGRAM 'true'",
    ],
)
def test_the_guards_cannot_be_taken_away(sql: str, role: str) -> None:
    with wearing(role):
        state = sqlstate_of(sql)
    assert state == REFUSED


def test_an_object_of_the_sessions_own_is_not_taken_for_the_books(role: str) -> None:
    """The functions run as the owner: a temporary table must not fool them."""
    account = holding(100)
    with wearing(role):
        execute(f"CREATE TEMPORARY TABLE ledger_account AS SELECT {account} AS id")
        execute("SET LOCAL search_path = pg_temp, public")
        posted = spend_with(account)
        execute("SET LOCAL search_path = public")
        execute("DROP TABLE pg_temp.ledger_account")
    assert posted == 60
    assert balance(account) == 60


def spend_with(account: int) -> int | None:
    sale = spend(account, 40)
    return sale.debits_after[0]


def test_functions_are_for_roles_that_were_given_them(role: str) -> None:
    execute(f"CREATE ROLE {role}_stranger NOLOGIN")
    execute(f"GRANT USAGE ON SCHEMA public TO {role}_stranger")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege(%s, oid, 'EXECUTE'),"
            " has_function_privilege(%s, oid, 'EXECUTE'), prosecdef,"
            " coalesce(array_to_string(proconfig, ';'), '')"
            " FROM pg_proc WHERE proname = ANY (%s)",
            [role, f"{role}_stranger", FUNCTIONS],
        )
        rows = cursor.fetchall()

    assert {row[0] for row in rows} == set(FUNCTIONS)
    for _name, ours, strangers, as_owner, config in rows:
        assert (ours, strangers, as_owner) == (True, False, True)
        assert "search_path=public, pg_temp" in config


def test_the_application_works_under_its_role(role: str) -> None:
    with wearing(role):
        account = guarded()
        other = guarded(AccountKind.BONUS)
        fund(account, 100)
        fund(other, 50, expires_at=NOON)
        sale = spend(account, 60)
        back = ledger_services.reverse_entry(
            entry_id=sale.entry_id, key="back", at=NOON, act=an_act()
        )
        expired = ledger_services.expire_lots(
            at=NOON, business_date=TODAY, request_id="sweep"
        )
        ledger_services.set_account_status(account_id=other, status="closed")
        seal = ledger_services.seal_day(day=TODAY, at=NOON)
        proof = ledger_services.prove_books()
        run = ledger_services.record_proof(
            proof=proof, started_at=NOON, finished_at=NOON
        )
        movements = ledger_selectors.statement(account_id=account)

    assert back.credits_after == (100,)
    assert expired.amount == 50
    assert seal is not None
    assert proof.is_proven
    assert proof.head == seal.head
    assert run.is_proven
    assert [movement.change for movement in movements] == [60, -60, 100]


def test_restricting_again_takes_back_what_was_given_too_much(role: str) -> None:
    execute(f"GRANT ALL ON ledger_account, ledger_seal TO {role}")

    call_command("restrict_role", role)

    with wearing(role):
        states = {
            sqlstate_of("UPDATE ledger_account SET balance = 0"),
            sqlstate_of("DELETE FROM ledger_seal"),
        }
    assert states == {REFUSED}
