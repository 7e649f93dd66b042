"""What the database itself refuses, whoever asks and with whatever tool.

Each guard is attacked with plain SQL and must refuse by name; then it is taken away and
the same attack must succeed, so that it is this guard, and no other, that refuses.
"""

import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import Error as PsycopgError

from ledger import checks
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from tests.factories.ledger import NOON, TODAY, guarded, points_unit
from tests.factories.stores import TillFactory, UserFactory
from tests.ledger.attacks import (
    CONSTRAINTS,
    DOMAINS,
    FACTS,
    TRIGGERS,
    WITH_RULES,
    copied,
)
from tests.ledger.test_prove import busy_books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books() -> None:
    """Books in which every table has rows, and one account is closed."""
    busy_books()
    guarded(AccountKind.POINTS, unit_id=points_unit())
    ledger_services.set_account_status(
        account_id=guarded(AccountKind.GIFT_CARD), status="closed"
    )
    gone, heir = (guarded(AccountKind.GROWTH, unit_id=points_unit()) for _ in "ab")
    ledger_services.set_account_status(account_id=gone, status="closed")
    ledger_services.name_heirs({gone: heir})
    ledger_services.open_unit(code="SPARE")
    ledger_services.seal_day(day=TODAY, at=NOON)
    ledger_services.record_proof(
        proof=ledger_services.prove_books(), started_at=NOON, finished_at=NOON
    )
    TillFactory.create()
    UserFactory.create()
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def execute_to_the_end(sql: str) -> int:
    rows = execute(sql)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows


def refused(sql: str) -> PsycopgError:
    """Run it and all that was put off, and be refused; nothing of it stays."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        execute_to_the_end(sql)
    cause = refusal.value.__cause__
    assert isinstance(cause, PsycopgError)
    return cause


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_refuses_and_nothing_else_does(name: str) -> None:
    table = "_".join(name.split("_")[:2])
    for sql in CONSTRAINTS[name]:
        assert refused(sql).diag.constraint_name == name

        with transaction.atomic():
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
            assert execute_to_the_end(sql) != 0
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_refuses_and_nothing_else_does(name: str) -> None:
    domain, attacks = DOMAINS[name]
    for sql in attacks:
        assert refused(sql).diag.constraint_name == name

        with transaction.atomic():
            execute(f"ALTER DOMAIN {domain} DROP CONSTRAINT {name}")
            assert execute_to_the_end(sql) != 0
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_seen_when_the_row_is_written(name: str) -> None:
    trigger, attacks = FACTS[name]
    table = trigger.removesuffix("_facts")
    for sql, role in itertools.product(attacks, ("origin", "replica")):
        with transaction.atomic():
            execute(f"SET LOCAL session_replication_role = {role}")
            refusal = refused(sql)
            execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            assert execute(sql) != 0
            transaction.set_rollback(True)

        assert (refusal.sqlstate, refusal.diag.constraint_name) == ("23514", name)


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_refuses_and_nothing_else_does(name: str) -> None:
    table = "_".join(name.split("_")[:2])
    # As a replica the server switches ordinary triggers off.
    for sql, role in itertools.product(TRIGGERS[name], ("origin", "replica")):
        with transaction.atomic():
            execute(f"SET LOCAL session_replication_role = {role}")
            if name.endswith("_never_truncated"):
                leave_only(name)  # the cascade would meet the other tables' triggers

            refusal = refused(sql)
            execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            assert execute(sql) != 0
            transaction.set_rollback(True)

        if name == "ledger_posting_open_accounts":
            assert refusal.sqlstate == "RG003"
        else:
            assert refusal.sqlstate == "RG009"
            assert f"{sql.split()[0]} on {table} is refused" in str(refusal)


def leave_only(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE '%%never\\_truncated' AND tgname <> %s",
            [name],
        )
        others = cursor.fetchall()
    for table, other in others:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER {other}")


def test_nobody_chooses_an_entrys_number() -> None:
    for sql in (
        copied("entry", seq="10").replace(" OVERRIDING SYSTEM VALUE", ""),
        "UPDATE ledger_entry SET seq = 10",
    ):
        assert refused(sql).sqlstate == "428C9"  # generated always


def test_no_fact_of_the_books_is_left_out() -> None:
    """Every column that must be given refuses its absence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name LIKE 'ledger\\_%'"
            " AND is_nullable = 'NO'"
        )
        needed = cursor.fetchall()
    given = [
        (table, column)
        for table, column in needed
        if (table, column)
        != ("ledger_entry", "seq")  # numbered by the database, tested above
    ]

    for table, column in given:
        refusal = refused(copied(table.removeprefix("ledger_"), **{column: "NULL"}))
        assert (refusal.sqlstate, refusal.diag.column_name) == ("23502", column)
    assert len(given) > 50


def test_what_may_be_absent_is_a_short_list() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name LIKE 'ledger\\_%'"
            " AND is_nullable = 'YES'"
        )
        optional = {row[0] for row in cursor.fetchall()}
    assert optional == {
        "ledger_account.holder_id",
        *(
            f"ledger_entry.{name}_id"
            for name in ("store", "till", "staff", "shift", "approver", "reverses")
        ),
        "ledger_posting.debit_after",
        "ledger_posting.credit_after",
        "ledger_lot.expires_at",
        "ledger_lotuse.returns_id",
    }


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("ledger_entry_kind_is_known", EntryKind.values),
        ("ledger_account_kind_is_known", AccountKind.values),
    ],
)
def test_the_database_knows_the_kinds_that_python_knows(
    rule: str, words: list[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [rule],
        )
        listed = cursor.fetchone()[0].split("{")[1].split("}")[0].split(",")
    assert set(listed) == set(words)


def test_every_guard_of_the_database_has_its_attack() -> None:
    """A new constraint or trigger on the books asks for a case in this file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'ledger\\_%'"
            " AND contype NOT IN ('n', 't')"
        )
        constraints = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT c.conname, t.typname FROM pg_constraint c"
            " JOIN pg_type t ON t.oid = c.contypid WHERE t.typname LIKE 'ledger\\_%'"
        )
        of_domains = dict(cursor.fetchall())
        cursor.execute(
            "SELECT m[1] FROM pg_proc, regexp_matches(prosrc, $$THEN '(\\w+)'$$, 'g') m"
            " WHERE proname IN ('ledger_check_entry', 'ledger_check_account')"
        )
        facts = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            # An app above may add one of its own name, and attacks it in its own tests.
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid::regclass::text LIKE 'ledger\\_%'"
            " AND tgname LIKE 'ledger\\_%'"
        )
        triggers = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid::regclass::text LIKE 'ledger\\_%' AND tgenabled <> 'A'"
        )
        switchable = cursor.fetchall()

    assert constraints == set(CONSTRAINTS)
    assert of_domains == {name: domain for name, (domain, _attacks) in DOMAINS.items()}
    assert facts == set(FACTS)
    assert triggers == {*TRIGGERS, *WITH_RULES} == set(checks.TRIGGERS)
    assert set(checks.CONSTRAINTS) == {
        name
        for name in (*constraints, *of_domains)
        if "_fk_" not in name and not name.endswith("_pkey")
    }  # what the nightly proof looks for
    assert switchable == []
    attacks = itertools.chain(*CONSTRAINTS.values(), *TRIGGERS.values())
    named = [attacks for _guard, attacks in (*DOMAINS.values(), *FACTS.values())]
    assert all(attacks)
    assert all(named)
