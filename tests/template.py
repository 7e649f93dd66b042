"""One database, every migration run and every function installed, for runs to copy.

Migrations take half a minute, a copy a fraction of a second. The template is known by
what its migrations say, so that a changed one makes a new template.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.conf import settings
from psycopg import sql

from tests.turn import lock_file

PREFIX = "regulars_template_"


def made() -> str:
    """The template's name; it is there afterwards, whoever made it."""
    name = PREFIX + _fingerprint()
    with _one_at_a_time(), psycopg.connect(_url("postgres"), autocommit=True) as server:
        known = server.execute(
            "SELECT datname, datistemplate FROM pg_database WHERE datname LIKE %s",
            [PREFIX.replace("_", r"\_") + "%"],
        ).fetchall()
        if (name, True) not in known:
            for old, _ready in known:
                with suppress(psycopg.Error):  # another checkout may be using it
                    _drop(server, old)
            _make(server, name)
    return name


def _make(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": _url(name), "DATABASE_ROLE": ""},
        check=True,
    )
    # Only now: one that was cut off in the middle is made anew.
    server.execute(
        sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name))
    )


def _drop(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    named = sql.Identifier(name)
    server.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(named))
    server.execute(sql.SQL("DROP DATABASE {}").format(named))


def _fingerprint() -> str:
    said = hashlib.sha256(django.__version__.encode())
    for app in settings.HOUSE_APPS:
        folder = Path(settings.BASE_DIR) / app
        for path in sorted((*folder.glob("migrations/*.py"), *folder.glob("sql/*"))):
            said.update(str(path.relative_to(settings.BASE_DIR)).encode())
            said.update(path.read_bytes())
    for name in ("requirements/base.txt", "common/sql_installation.py"):
        said.update((Path(settings.BASE_DIR) / name).read_bytes())
    return said.hexdigest()[:16]


def _url(name: str) -> str:
    """The tests' server, and this database of it."""
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The workers of a run, and runs beside each other, make it once."""
    with lock_file("template", settings.DATABASE_URL).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
