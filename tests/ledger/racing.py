"""Many at once, each on its own connection; and the books with a guard taken out."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import Error as PsycopgError

from tests import rendezvous
from tests.committed import clear
from tests.patience import PATIENCE

RUNNERS = int(os.environ.get("RACING_RUNNERS", "8"))  # more in the long tests


def race[Answer](
    work: Callable[[int], Answer], *, runners: int = RUNNERS
) -> list[Answer | Exception]:
    """Let them all loose at the same moment; what each got: an answer or a refusal."""
    barrier = threading.Barrier(runners)
    rendezvous.prepare()

    def run(number: int) -> Answer | Exception:
        try:
            rendezvous.join_in()
            barrier.wait(PATIENCE)
            return work(number)
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(run, range(runners), timeout=PATIENCE))


def one_in_the_other(
    first: Callable[[], object], second: Callable[[], object]
) -> list[object]:
    """What each got, where the second comes while the first has done its work and not
    committed yet: it waits for a lock, or is past before the first is.
    """

    def work(number: int) -> object:
        if number:
            rendezvous.see_somebody()
            return second()
        with transaction.atomic():
            found = first()
            rendezvous.meet()
        return found

    return list(race(work, runners=2))


def answers[Answer](outcomes: list[Answer | Exception]) -> list[Answer]:
    return [found for found in outcomes if not isinstance(found, Exception)]


def refusals[Answer](outcomes: list[Answer | Exception]) -> list[Exception]:
    return [found for found in outcomes if isinstance(found, Exception)]


def sqlstate(failure: Exception) -> str | None:
    cause = failure.__cause__
    if isinstance(cause, DatabaseError):  # a refusal in words, made from a SQLSTATE
        cause = cause.__cause__
    return cause.sqlstate if isinstance(cause, PsycopgError) else None


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Meanwhile, in another session; its failure is ours."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(run)
        yield
        other.result(PATIENCE)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def altered(file: str, *changes: tuple[str, str]) -> Iterator[None]:
    """The functions of one file of `ledger/sql/` with some of their text replaced."""
    original = (Path(settings.BASE_DIR) / "ledger" / "sql" / file).read_text(
        encoding="utf-8"
    )
    text = original
    for old, new in changes:
        assert text.count(old) == 1, f"{file} has {text.count(old)} of {old!r}"
        text = text.replace(old, new)
    rendezvous.prepare()
    execute(text)
    try:
        yield
    finally:
        execute(original)


@contextmanager
def without_constraints(table: str, *names: str) -> Iterator[None]:
    """Drop constraints; afterwards the rows that broke them go, and they come back."""
    definitions = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conname = %s",
                [name],
            )
            definitions[name] = cursor.fetchone()[0]
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        clear()
        for name, definition in definitions.items():
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def without_bound(domain: str, name: str) -> Iterator[None]:
    """Take a rule from a domain; afterwards what broke it goes, and it comes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [name],
        )
        definition = cursor.fetchone()[0]
    execute(f"ALTER DOMAIN {domain} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        clear()
        execute(f"ALTER DOMAIN {domain} ADD CONSTRAINT {name} {definition}")


@contextmanager
def without_trigger(table: str, name: str) -> Iterator[None]:
    execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    try:
        yield
    finally:
        execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
