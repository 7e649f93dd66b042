"""What every test shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

# What migrations put there; a test that commits leaves it alone.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "stores_role",
    "stores_rolepermission",
    "stores_rolelimit",
}


def _clear_what_was_committed(_self: TransactionTestCase) -> None:
    """Empty the tables after a test that commits; the books refuse it otherwise."""
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables)
    guarded = _tables_with_triggers()
    with connection.cursor() as cursor:
        for table, trigger in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY")
        for table, trigger in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{trigger}"')


def _tables_with_triggers() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgenabled = 'A' AND t.tgname LIKE '%never_%'"
        )
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


@pytest.fixture(autouse=True, scope="session")
def _committing_tests_clean_up() -> Iterator[None]:
    """Django's own flush is a TRUNCATE, which append-only tables refuse."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _clear_what_was_committed)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _seals_of_their_own(tmp_path: Path, settings: Any) -> None:
    """No test writes into the shop's seal file."""
    settings.LEDGER_SEAL_FILE = tmp_path / "seals.jsonl"
