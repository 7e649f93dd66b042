"""`make run` says one sentence when it cannot start, and leaves nothing at its end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from benchmarks import serving
from config import surroundings
from tests.house.sources import BASE_DIR
from tests.patience import PATIENCE

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "127.0.0.1",
}

CLEARING = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from config import surroundings
surroundings.require_database()
with surroundings.whole_or_not_at_all() as is_new:
    print(is_new)
"""


def address_of(name: str) -> str:
    """Another database of the server that the tests use."""
    parts = urlsplit(settings.DATABASE_URL)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture
def empty_database() -> Iterator[str]:
    name = f"launcher_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield address_of(name)
        connection.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )
        connection.execute(
            sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_app"))
        )


@pytest.fixture
def free_port() -> int:
    return serving.free_port()


def environment(**given: str) -> dict[str, str]:
    unset = {"DATABASE_URL", "DATABASE_ROLE", "MAKELEVEL", "HOST", "REDIS_URL"}
    return {**{k: v for k, v in os.environ.items() if k not in unset}, **given}


def launch(**given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.launcher"],
        cwd=BASE_DIR,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert_one_sentence(launch(PORT=str(port)), str(port), "PORT=8123 make run")


def test_a_port_that_is_no_port_is_refused() -> None:
    assert_one_sentence(launch(PORT="http"), "PORT says 'http'")


def test_a_database_that_cannot_be_reached(free_port: int) -> None:
    url = f"postgresql://me@127.0.0.1:{free_port}/regulars?connect_timeout=2"
    done = launch(PORT=str(free_port), DATABASE_URL=url)
    assert_one_sentence(done, "cannot be reached", "DATABASE_URL=postgresql://")


def test_a_database_of_somebody_else_is_left_alone(
    empty_database: str, free_port: int
) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE wp_posts (id int)")
    done = launch(PORT=str(free_port), DATABASE_URL=empty_database)
    assert_one_sentence(done, "not empty and not ours", "wp_posts")
    with psycopg.connect(empty_database) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert tables == [("wp_posts",)]


def test_a_broken_off_first_start_is_begun_again(
    empty_database: str, free_port: int
) -> None:
    """Whatever a killed start left behind, the next one begins with nothing."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE django_content_type (id int)")
        connection.execute(
            sql.SQL("COMMENT ON SCHEMA public IS {}").format(surroundings.HALF_DONE)
        )
    done = subprocess.run(
        [sys.executable, "-c", CLEARING],
        cwd=BASE_DIR,
        env=environment(DATABASE_URL=empty_database),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    with psycopg.connect(empty_database) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    assert tables == (0,)


def test_production_waits_for_its_migrations(
    empty_database: str, free_port: int
) -> None:
    done = launch(PORT=str(free_port), DATABASE_URL=empty_database, **PRODUCTION)
    assert_one_sentence(done, "manage.py migrate")
    with psycopg.connect(empty_database) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    assert found == (None,)


def test_a_missing_setting_is_named(free_port: int) -> None:
    given = {**PRODUCTION, "SECRET_KEY": ""}
    done = launch(PORT=str(free_port), DATABASE_URL="postgresql://x/y", **given)
    assert_one_sentence(done, "SECRET_KEY is not set", "for example SECRET_KEY=")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    in_the_way = tmp_path / "var"
    in_the_way.write_text("a file where a folder should be")
    with pytest.raises(surroundings.Unfit, match="Cannot write to"):
        surroundings.require_writable(in_the_way)
    assert in_the_way.read_text().startswith("a file")


def test_an_embedded_database_that_cannot_start_is_one_sentence(
    free_port: int, tmp_path: Path
) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "in-the-way").write_text("not a cluster")
    done = launch(PORT=str(free_port), REGULARS_DATA=str(data.parent))
    assert_one_sentence(done, "embedded PostgreSQL", "not empty")


def test_a_full_disk_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "ROOM", 2**62)
    with pytest.raises(surroundings.Unfit, match="is full"):
        surroundings.require_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "too_old"), [(140012, True), (150000, False)])
def test_postgresql_15_is_the_oldest(number: int, *, too_old: bool) -> None:
    if too_old:
        with pytest.raises(surroundings.Unfit, match="use PostgreSQL 15 or newer"):
            surroundings.require_version(number)
    else:
        surroundings.require_version(number)


def members_of(session: int) -> list[str]:
    """Every process of the launcher's session, however deep."""
    listed = subprocess.run(
        ["ps", "-eo", "sid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [
        row[2] for row in rows if row[0] == str(session) and not row[1].startswith("Z")
    ]


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, marks=pytest.mark.slow),
    ],
)
def test_one_signal_ends_all_of_it(
    number: signal.Signals, empty_database: str, free_port: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as words:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"],
            cwd=BASE_DIR,
            env=environment(
                PORT=str(free_port),
                DATABASE_URL=empty_database,
                LEDGER_SEAL_FILE=str(tmp_path / "heads.jsonl"),
            ),
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        wait_for_words(log, "Ctrl-C stops everything", launcher)
        url = f"http://127.0.0.1:{free_port}/healthz"
        with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
            assert reply.status == 200
        assert len(members_of(launcher.pid)) >= 3
        os.kill(launcher.pid, number)
        code = launcher.wait(PATIENCE)
        wait_until_gone(launcher.pid)
    finally:
        if launcher.poll() is None:
            launcher.kill()
            launcher.wait(PATIENCE)
    assert code == (-number if number == signal.SIGKILL else 0)


def wait_for_words(
    log: Path,
    words: str,
    launcher: subprocess.Popen[bytes],
    seconds: float = 2 * PATIENCE,
) -> None:
    deadline = time.monotonic() + seconds
    while words not in log.read_text():
        assert launcher.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def wait_until_gone(session: int, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while left := members_of(session):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
