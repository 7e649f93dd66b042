"""Functions, triggers and views reach a database from their files in `<app>/sql/`.

Migrations make tables, constraints and the domains of columns. What the database runs
is installed after them, from the files as they stand, in one transaction: app by app
from the ground up (`config/house.py`), within an app by the files' names. The table
`installed_sql` keeps, for each file, what was installed from it, so that a later time
only what differs is installed, and what no file makes any more is dropped.
"""

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from common.sql_objects import DatabaseObject, names_as_in_public
from common.sql_objects import objects as objects_now

TABLE: Final = "installed_sql"
_MAKE_TABLE: Final = """
CREATE TABLE IF NOT EXISTS installed_sql (
  file text PRIMARY KEY, digest text NOT NULL, objects jsonb NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
)
"""
_SAVE: Final = """
INSERT INTO installed_sql (file, digest, objects) VALUES (%s, %s, %s)
ON CONFLICT (file) DO UPDATE SET digest = EXCLUDED.digest, objects = EXCLUDED.objects,
  installed_at = EXCLUDED.installed_at
"""
# A statement of a file that calls a function to make something: `SELECT f('table');`
_CALLS: Final = re.compile(r"^SELECT (\w+)\(", re.MULTILINE)
_VIEWS: Final = re.compile(r"^CREATE OR REPLACE VIEW (\w+)", re.MULTILINE)
_FORMER: Final = re.compile(r"DROP (?:FUNCTION|PROCEDURE) [^)]*\)")
_DROPPED_FIRST: Final = {"trigger": 0, "view": 1, "function": 2}


class InstallationError(DatabaseError):
    """A sentence: which file the database refused, and why. Nothing was installed."""


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file's text; the digest is of what it makes: of the functions it calls, too."""

    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Result:
    """Which files were installed, and which objects dropped that no file makes."""

    installed: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Record:
    digest: str
    objects: Mapping[str, str]


@functools.cache
def files() -> tuple[SqlFile, ...]:
    """All files in the order in which they are installed, as they were first read."""
    return in_order(
        {
            f"{app}/sql/{path.name}": path.read_text(encoding="utf-8")
            for app in settings.HOUSE_APPS
            for path in sorted((Path(settings.BASE_DIR) / app / "sql").glob("*.sql"))
        }
    )


def in_order(texts: Mapping[str, str]) -> tuple[SqlFile, ...]:
    """Files by name and text, each with a digest of what it makes."""
    found: list[SqlFile] = []
    for name, text in texts.items():
        found.append(SqlFile(name, text, _digest(text, found)))
    return tuple(found)


def _digest(text: str, before: list[SqlFile]) -> str:
    """What a called function makes is made anew when that function changes."""
    called = {
        other.text
        for name in _CALLS.findall(text)
        for other in before
        if f"FUNCTION {name}(" in other.text
    }
    return hashlib.sha256("".join([text, *sorted(called)]).encode()).hexdigest()


def differences() -> list[str]:
    """Files whose objects are not as the code has them; if none, objects of no file."""
    with transaction.atomic(), names_as_in_public():
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NULL", [f"public.{TABLE}"])
            (is_missing,) = cursor.fetchone()
        if is_missing:
            return [file.name for file in files()]
        records, objects = _records(), objects_now()
    stale = [file.name for file in _stale(records, objects)]
    made = {
        name
        for file in files()
        if file.name in records
        for name in records[file.name].objects
    }
    return stale or _surplus(objects, records, made)


def install(*, everything: bool = False) -> Result:
    """Bring the database to what the files say; `everything` installs all of them anew.

    Raises InstallationError, and leaves the database as it was, where a file is refused
    or two make the same object.
    """
    result = Result()
    with transaction.atomic(), names_as_in_public():
        _run("SELECT pg_advisory_xact_lock(hashtext('regulars: install_sql'))")
        _refusable(
            "Table installed_sql, for the owner of the tables to make,", _MAKE_TABLE
        )
        records, objects = _records(), objects_now()
        stale = list(files()) if everything else _stale(records, objects)
        made = _install_files(stale, records)
        result.installed.extend(file.name for file in stale)
        objects = objects_now()
        for name in _surplus(objects, records, set(made)):
            drop = objects[name].drop
            _refusable(f"{drop}, which no file makes any more,", drop)
            result.dropped.append(name)
        _save(stale, made, objects)
    return result


def _install_files(
    stale: list[SqlFile], records: Mapping[str, _Record]
) -> dict[str, str]:
    """Run these files; which file makes which object, those of the others included."""
    names = {file.name for file in stale}
    made = {
        name: file.name
        for file in files()
        if file.name not in names
        for name in records[file.name].objects
    }
    for file in stale:
        before = {name: found.mark for name, found in objects_now(whole=False).items()}
        _install_file(file)
        for name, found in objects_now(whole=False).items():
            if before.get(name) == found.mark:
                continue
            if made.setdefault(name, file.name) != file.name:
                raise InstallationError(
                    f"{name} is made by {made[name]} and again by {file.name}: "
                    "leave it in one of them."
                )
    return made


def _install_file(file: SqlFile) -> None:
    """Run a file; what cannot be replaced as it now is, is dropped for it first."""
    for _attempt in range(1 + file.text.count("CREATE OR REPLACE")):
        try:
            with transaction.atomic():
                _run(file.text)
            return
        except DatabaseError as refusal:
            former = _in_the_way(file, refusal)
            if not former:
                raise InstallationError(
                    f"{file.name} is refused: {_in_a_line(refusal)}"
                ) from refusal
            for statement in former:
                _refusable(f"{file.name}: {statement}", statement)
    raise InstallationError(f"{file.name} makes one function twice.")


def _in_the_way(file: SqlFile, refusal: DatabaseError) -> list[str]:
    """The database names a function of another result itself; views it does not."""
    cause = refusal.__cause__
    if not isinstance(cause, psycopg.Error):
        return []
    if isinstance(cause, psycopg.errors.InvalidFunctionDefinition):
        return _FORMER.findall(cause.diag.message_hint or "")
    if isinstance(cause, psycopg.errors.InvalidTableDefinition):
        return [f"DROP VIEW IF EXISTS {name}" for name in _VIEWS.findall(file.text)]
    return []


def _stale(
    records: Mapping[str, _Record], objects: Mapping[str, DatabaseObject]
) -> list[SqlFile]:
    return [
        file
        for file in files()
        if file.name not in records
        or records[file.name].digest != file.digest
        or any(
            name not in objects or objects[name].digest != digest
            for name, digest in records[file.name].objects.items()
        )
    ]


def _surplus(
    objects: Mapping[str, DatabaseObject],
    records: Mapping[str, _Record],
    made: set[str],
) -> list[str]:
    """Ours, by record or by an app's prefix, and of no file. What others made stays."""
    prefixes = tuple(f"{app}_" for app in settings.HOUSE_APPS)
    recorded = {name for record in records.values() for name in record.objects}
    surplus = [
        name
        for name in objects
        if name not in made
        and (name in recorded or name.split()[1].startswith(prefixes))
    ]
    return sorted(surplus, key=lambda name: (_DROPPED_FIRST[name.split()[0]], name))


def _records() -> dict[str, _Record]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT file, digest, objects::text FROM installed_sql")
        return {
            file: _Record(digest, json.loads(objects))
            for file, digest, objects in cursor.fetchall()
        }


def _save(
    stale: list[SqlFile], made: Mapping[str, str], objects: Mapping[str, DatabaseObject]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM installed_sql WHERE file <> ALL (%s)",
            [[file.name for file in files()]],
        )
        for file in stale:
            its = {
                name: objects[name].digest
                for name, maker in made.items()
                if maker == file.name
            }
            cursor.execute(_SAVE, [file.name, file.digest, json.dumps(its)])


def _refusable(what: str, statement: str) -> None:
    try:
        with transaction.atomic():
            _run(statement)
    except DatabaseError as refusal:
        raise InstallationError(
            f"{what} is refused: {_in_a_line(refusal)}"
        ) from refusal


def _in_a_line(refusal: DatabaseError) -> str:
    return " ".join(str(refusal).split())


def _run(text: str) -> None:
    """Several statements at once, which a prepared one cannot be."""
    with connection.wrap_database_errors:
        connection.connection.execute(text, prepare=False)
