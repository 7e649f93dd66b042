"""The embedded PostgreSQL lives exactly as long as somebody uses it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config import keeper
from tests.house.sources import BASE_DIR
from tests.patience import PATIENCE

# A shell's background job, which a test run may be, ignores Ctrl-C and hands that on.
USER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from config import embedded
for_tests = sys.argv[1] == "fast"
print(embedded.database_url(for_tests=for_tests), flush=True)
sys.stdin.readline()
embedded.release(for_tests=for_tests)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postgres"


def start_user(folder: Path, mode: str = "fast") -> subprocess.Popen[str]:
    """A process that takes hold of the server until it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, mode],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "REGULARS_TEST_DATA": str(folder),
            "REGULARS_DATA": str(folder),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def address_from(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def wait_until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return true()


def server_pid(folder: Path) -> int:
    return int(keeper.pid_lines(folder / "data")[0])


def is_gone(pid: int) -> bool:
    return not keeper.is_postgres(pid)


def test_it_ends_with_its_last_user_and_not_before(folder: Path) -> None:
    with start_user(folder) as first, start_user(folder) as second:
        addresses = {address_from(first), address_from(second)}
        (address,) = addresses
        pid = server_pid(folder)
        first.communicate("\n", timeout=PATIENCE)
        with psycopg.connect(address) as connection:
            row = connection.execute(
                "SELECT current_setting('fsync'), current_setting('timezone')"
            ).fetchone()
        second.communicate("\n", timeout=PATIENCE)
    assert row == ("off", "UTC")
    assert wait_until(lambda: is_gone(pid))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_however_its_user_ends(
    folder: Path, number: signal.Signals
) -> None:
    with start_user(folder) as user:
        address_from(user)
        pid = server_pid(folder)
        os.kill(user.pid, number)
        user.wait(PATIENCE)
    assert wait_until(lambda: is_gone(pid))


def test_after_a_crash_of_everything_the_next_start_finds_the_rows(
    folder: Path,
) -> None:
    with start_user(folder, "durable") as user:
        with psycopg.connect(address_from(user)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = server_pid(folder)
        os.kill(pid, signal.SIGKILL)
        user.kill()
        user.wait(PATIENCE)
    assert wait_until(lambda: is_gone(pid))

    with start_user(folder, "durable") as again:
        with psycopg.connect(address_from(again)) as connection:
            row = connection.execute("SELECT answer FROM kept").fetchone()
        again.communicate("\n", timeout=PATIENCE)
    assert row == (42,)


def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60) / "postgres"
    with start_user(deep) as user:
        with psycopg.connect(address_from(user)) as connection:
            row = connection.execute("SELECT 1").fetchone()
        user.communicate("\n", timeout=PATIENCE)
    assert row == (1,)
