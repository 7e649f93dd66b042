"""A database from before functions had their own installation becomes like a new one.

`fixtures/chain_of_migrations.sql.gz` is `pg_dump` of a database, with a small invented
shop, whose functions and triggers came by its migrations: no step is left out since.
"""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests import template
from tests.catalogue import objects

FORMER = Path(__file__).parent / "fixtures" / "chain_of_migrations.sql.gz"
BOOKS = """
SELECT (SELECT (count(*), max(seq)) FROM ledger_entry)::text,
       (SELECT (count(*), sum(amount)) FROM ledger_posting)::text,
       (SELECT (count(*), sum(balance)) FROM ledger_account)::text,
       (SELECT (count(*), sum(remaining)) FROM ledger_lot)::text,
       (SELECT (count(*), sum(refunded)) FROM checkout_sale)::text,
       (SELECT (count(*), max(number)) FROM cards_card)::text
"""
FORMER_OWN_CARDS = (
    "SELECT staff_id, member_id FROM stored_value_staffaccount ORDER BY 1"
)
OWN_CARDS = "SELECT staff_id, member_id FROM members_staffmembership ORDER BY 1"


def address_of(name: str) -> str:
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """The addresses of a database of before, not yet upgraded, and of a new one."""
    names = [f"upgrade_{kind}_{os.getpid()}" for kind in ("former", "new")]
    former, new = map(sql.Identifier, names)
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(former))
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    new, sql.Identifier(template.made())
                )
            )
            with psycopg.connect(address_of(names[0])) as connection:
                connection.execute(gzip.decompress(FORMER.read_bytes()))
            yield address_of(names[0]), address_of(names[1])
        finally:
            for name in (former, new):
                server.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
                )


def once_read(found: dict[str, str]) -> dict[str, str]:
    """A dump writes `ARRAY[…]::text[]` as the casts that it reads from it."""
    noise = re.compile(r"::(?:character varying|text)(?:\[\])?|[()]")
    return {
        name: noise.sub("", text) if name.startswith(("constraint", "index")) else text
        for name, text in found.items()
    }


def manage(address: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address, "DATABASE_ROLE": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def restricted(address: str) -> dict[str, str]:
    """All objects, with what the application's role may do to them."""
    role = f"upgrade_{os.getpid()}"
    manage(address, "restrict_role", role)
    with psycopg.connect(address, autocommit=True) as connection:
        found = objects(connection)
        for words in ("DROP OWNED BY {}", "DROP ROLE {}"):
            connection.execute(sql.SQL(words).format(sql.Identifier(role)))
    return found


@pytest.mark.long
def test_a_database_of_before_becomes_what_a_new_one_is(
    databases: tuple[str, str],
) -> None:
    former, new = databases
    with psycopg.connect(former, autocommit=True) as connection:
        books = connection.execute(BOOKS.encode()).fetchone()
        # What shops were left with: former arguments, a former text, a guard lost.
        connection.execute(
            "CREATE FUNCTION ledger_post_entry(text) RETURNS int"
            " LANGUAGE sql AS 'SELECT 1'"
        )
        connection.execute(
            "CREATE OR REPLACE FUNCTION ledger_last_written() RETURNS bigint"
            " LANGUAGE sql AS 'SELECT 1::bigint'"
        )
        connection.execute("DROP TRIGGER ledger_entry_facts ON ledger_entry")
        own_cards = connection.execute(FORMER_OWN_CARDS).fetchall()

    manage(former, "migrate")
    upgraded, made_new = restricted(former), restricted(new)
    with psycopg.connect(former) as connection:
        kept = connection.execute(BOOKS.encode()).fetchone()
        cards_kept = connection.execute(OWN_CARDS).fetchall()

    assert len(made_new) > 6_000
    assert once_read(upgraded) == once_read(made_new)
    assert kept == books
    assert own_cards
    assert cards_kept == own_cards
    manage(former, "verify_ledger")
