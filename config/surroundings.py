"""What can be wrong around us, said in one sentence before anything is started."""

import errno
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import Error as DatabaseError
from django.db.utils import OperationalError

from common import sql_installation

OLDEST_POSTGRES = 15
OUR_OWN = {"django_migrations", "django_cache", sql_installation.TABLE}
HALF_DONE = "Regulars: being filled for the first time"
ROOM = 128 * 1024 * 1024  # bytes: a new cluster and a day of work


class Unfit(Exception):
    """One sentence for the person at the keyboard; nothing was started."""


def where_to_listen(environment: Mapping[str, str]) -> tuple[str, int]:
    given = environment.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Unfit(
            f"PORT says {given!r}: give a number from 1 to 65535, "
            "for example PORT=8123 make run."
        )
    return environment.get("HOST") or "127.0.0.1", int(given)


def as_seen(host: str) -> str:
    """The address to type into a browser for a server that listens on `host`."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 (compared, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            if trouble.errno == errno.EADDRINUSE:
                raise Unfit(
                    f"Port {port} is taken by another program: choose a free one, "
                    "for example PORT=8123 make run."
                ) from trouble
            raise Unfit(
                f"Cannot listen on {host}:{port} ({trouble.strerror}): choose another, "
                "for example HOST=127.0.0.1 PORT=8123 make run."
            ) from trouble


def require_writable(folder: Path) -> None:
    """A read-only folder or a full disk is found before the database finds it."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"\0" * 65536)
        room = os.statvfs(folder)
    except OSError as trouble:
        raise Unfit(
            f"Cannot write to {folder} ({trouble.strerror}): "
            "make it writable, with room to spare, and start again."
        ) from trouble
    finally:
        remove_quietly(probe)
    if room.f_bavail * room.f_frsize < ROOM:
        raise Unfit(
            f"The disk that holds {folder} is full: free at least "
            f"{ROOM // 1024 // 1024} MB and start again."
        )


def remove_quietly(probe: Path) -> None:
    try:
        probe.unlink()
    except OSError:
        return


def require_database() -> None:
    """Reachable, new enough, and either empty or ours."""
    try:
        connection.ensure_connection()
    except OperationalError as trouble:
        why = first_line(trouble)
        raise Unfit(
            f"The database cannot be reached ({why}): start it, or correct the "
            "address, for example DATABASE_URL=postgresql://regulars:secret@127.0.0.1/regulars."
        ) from trouble
    except DatabaseError as trouble:
        raise Unfit(f"The database refuses: {first_line(trouble)}.") from trouble
    except Exception as trouble:
        # Django itself refuses versions older than it supports, by its own error.
        if "PostgreSQL" in str(trouble):
            raise Unfit(too_old(first_line(trouble))) from trouble
        raise
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (number,) = cursor.fetchone()
    require_version(int(number))
    require_ours()


def first_line(trouble: Exception) -> str:
    return str(trouble).strip().splitlines()[0]


def require_version(number: int) -> None:
    if number // 10000 < OLDEST_POSTGRES:
        raise Unfit(too_old(f"it is {number // 10000}"))


def too_old(what: str) -> str:
    return (
        f"The database is too old ({what.rstrip('.')}): "
        f"use PostgreSQL {OLDEST_POSTGRES} or newer."
    )


def require_ours() -> None:
    tables = set(connection.introspection.table_names())
    known = {*connection.introspection.django_table_names(), *OUR_OWN}
    if tables <= known or is_migrated_by_us(tables):
        return
    some = ", ".join(sorted(tables - known)[:3])
    raise Unfit(
        f"The database {connection.settings_dict['NAME']!r} is not empty and not "
        f"ours (it holds {some}): name another one in DATABASE_URL, for example "
        "DATABASE_URL=postgresql://regulars:secret@127.0.0.1/regulars."
    )


def is_migrated_by_us(tables: set[str]) -> bool:
    if "django_migrations" not in tables:
        return False
    applied = MigrationRecorder(connection).applied_migrations()
    return any(app == "ledger" for app, _name in applied)


@contextmanager
def whole_or_not_at_all() -> Iterator[bool]:
    """Fill an empty database completely, or find it empty again next time.

    A note on the schema says that the filling has begun; whoever finds the note clears
    what a broken-off start left behind. Yields whether the database is new.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        (note,) = cursor.fetchone()
        if note == HALF_DONE:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        is_new = not connection.introspection.table_names(cursor)
        if is_new:
            cursor.execute(f"COMMENT ON SCHEMA public IS '{HALF_DONE}'")
    yield is_new
    if is_new:
        with connection.cursor() as cursor:
            cursor.execute("COMMENT ON SCHEMA public IS 'Regulars'")


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_migrated() -> None:
    waiting = pending_migrations()
    if waiting:
        raise Unfit(
            f"{waiting} migration(s) have not run on this database: run "
            "`python manage.py migrate`, then start again."
        )
    differs = sql_installation.differences()
    if differs:
        some = ", ".join(differs[:3])
        raise Unfit(
            f"Functions or triggers of this database are not this version's ({some}): "
            "run `python manage.py install_sql`, then start again."
        )


def let_go() -> None:
    """Leave the embedded server, waiting for its end when we were the last."""
    embedded = sys.modules.get("config.embedded")
    if embedded is not None:
        if settings.configured:
            connection.close()
        embedded.release(for_tests=False)
