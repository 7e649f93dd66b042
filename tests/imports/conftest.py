"""A shop to move into, and files to bring."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from imports import reports
from imports import services as imports_services
from imports.options import ImportOptions
from imports.services import Outcome
from stores.models import Store
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, StoreFactory

type Bring = Callable[..., Outcome]
type Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _files_of_their_own(tmp_path: Path, settings: Any) -> None:
    """No test leaves a file in the shop's folder, or a message in its broker."""
    settings.IMPORTS_DIR = tmp_path / "imports"


@pytest.fixture
def hq() -> Store:
    return StoreFactory.create(code="HQ", name="Head store")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file of these lines."""

    def written(
        *lines: str, name: str = "file.csv", encoding: str = "utf-8", end: str = "\n"
    ) -> Path:
        path = tmp_path / name
        text = end.join(lines) + end
        path.write_bytes(text.encode(encoding))
        return path

    return written


def options(**given: Any) -> ImportOptions:
    return ImportOptions(**{"source": "old", "store": "HQ", **given})


def bring(kind: str, path: Path, *, at: Any = NOON, **given: Any) -> Outcome:
    """Bring a file in."""
    return imports_services.bring_in(
        kind=kind, path=path, options=options(**given), by=an_act(), at=at
    )


def look(
    kind: str, path: Path, *, at: Any = NOON, **given: Any
) -> tuple[Outcome, list[list[str]]]:
    """Look a file through: the counts, and the fate of each row in words."""
    report = path.with_suffix(".fates")
    outcome = imports_services.look_through(
        kind=kind,
        path=path,
        options=options(**given),
        by=an_act(),
        at=at,
        report=report,
    )
    return outcome, list(reports.read(report))


def whys(kind: str, path: Path, **given: Any) -> list[str]:
    """Why the bad rows of a file are bad."""
    _outcome, rows = look(kind, path, **given)
    return [f"{line}: {why}" for line, _ref, fate, why in rows if fate == "bad"]


def counts(outcome: Outcome) -> dict[str, int]:
    """The fates that were met at all."""
    return {fate: count for fate, count in outcome.counts.items() if count}


def every_table() -> dict[str, int]:
    """How many rows each table has: what a dry run leaves alone."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM public."{table}"')
            found[table] = int(cursor.fetchone()[0])
    return found


def balances() -> dict[tuple[int, str], int]:
    """What every member holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT holder_id, kind, balance FROM ledger_account"
            " WHERE guarded AND holder_kind = 'member' AND slot = ''"
        )
        return {(holder, kind): balance for holder, kind, balance in cursor.fetchall()}
