"""The heads of the seals lie with the data that they seal, an old shop's too."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config import seals
from tests.house.sources import BASE_DIR

OURS, THEIRS = "a" * 64, "b" * 64
TOLD = "from django.conf import settings; print(settings.LEDGER_SEAL_FILE)"


@pytest.fixture
def address() -> Iterator[str]:
    """A database whose seals are committed, as another process sees them."""
    name = f"seals_{os.getpid()}_{time.monotonic_ns()}"
    named = sql.Identifier(name)
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
        parts = urlsplit(settings.DATABASE_URL)
        yield urlunsplit(parts._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "var" / "seals"
    folder.mkdir(parents=True)
    return folder


def sealed(address: str, *heads: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE ledger_seal (head varchar(64))")
        for head in heads:
            connection.execute("INSERT INTO ledger_seal VALUES (%s)", [head])


def written(*heads: str) -> str:
    return "".join(json.dumps({"last": 1, "head": head}) + "\n" for head in heads)


def test_a_new_database_starts_a_file_of_its_own(
    address: str, shared: Path, tmp_path: Path
) -> None:
    (shared / "heads.jsonl").write_text(written(THEIRS))

    file = seals.beside(tmp_path / "data", address=address, shared=shared)

    assert file == tmp_path / "data" / "seals" / "heads.jsonl"
    assert not file.exists()
    assert (shared / "heads.jsonl").read_text() == written(THEIRS)


def test_anothers_heads_stay_where_they_are(
    address: str, shared: Path, tmp_path: Path
) -> None:
    sealed(address, OURS)
    (shared / "heads.jsonl").write_text(written(THEIRS))

    assert not seals.beside(tmp_path / "d", address=address, shared=shared).exists()
    assert (shared / "heads.jsonl").read_text() == written(THEIRS)


@pytest.mark.parametrize("name", ["heads.jsonl", "heads.jsonl.1790000000"])
def test_a_shop_that_has_run_takes_its_heads_along_as_they_are(
    address: str, shared: Path, tmp_path: Path, name: str
) -> None:
    sealed(address, OURS)
    # What was altered since, and a torn line, are evidence: the proof must see them.
    mine = written(OURS, "c" * 64) + '{"last": 3, "he'
    (shared / "heads.jsonl").write_text(written(THEIRS))
    (shared / name).write_text(mine)

    for _started_twice in range(2):
        file = seals.beside(tmp_path / "data", address=address, shared=shared)
        assert file.read_text() == mine
        assert not (shared / name).exists()
    assert list(file.parent.iterdir()) == [file]


def test_a_file_beside_the_data_is_never_written_over(
    address: str, shared: Path, tmp_path: Path
) -> None:
    sealed(address, OURS)
    (shared / "heads.jsonl").write_text(written(OURS))
    file = tmp_path / "data" / "seals" / "heads.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("")

    assert seals.beside(tmp_path / "data", address=address, shared=shared) == file
    assert file.read_text() == ""
    assert (shared / "heads.jsonl").read_text() == written(OURS)


def told(**environment: str) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", TOLD],
        cwd=BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip())


def test_two_shops_of_one_clone_have_two_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        file = told(REGULARS_DATA=str(folder), DATABASE_URL="", LEDGER_SEAL_FILE="")
        assert file == folder / "seals" / "heads.jsonl"


def test_who_names_a_file_or_a_database_keeps_the_place(tmp_path: Path) -> None:
    address = settings.DATABASE_URL
    named = str(tmp_path / "far" / "heads.jsonl")
    assert told(DATABASE_URL=address, LEDGER_SEAL_FILE=named) == Path(named)
    usual = BASE_DIR / "var" / "seals" / "heads.jsonl"
    assert told(DATABASE_URL=address, LEDGER_SEAL_FILE="") == usual
