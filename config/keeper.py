"""Keeps one embedded PostgreSQL running for as long as anybody uses it.

Run by its path, with the wheel's programs, a folder and the user to run as. Every user
of the server holds a shared lock on `users`; the kernel drops that lock however the
user ends, so that nothing stays behind after Ctrl-C or `kill -9`.
"""

import ctypes
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

START_SECONDS = 180
STOP_SECONDS = 20
READY_LINE = 7  # of postmaster.pid
SOCKET_LINE = 4
DURABLE = ["fsync=on", "synchronous_commit=on"]
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def pid_lines(data: Path) -> list[str]:
    """What a running server says of itself; empty when there is none."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def is_ready(data: Path) -> bool:
    lines = pid_lines(data)
    return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"


def die_with_parent(number: signal.Signals) -> None:
    """Ask Linux to end this process when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(number))


def adopt_orphans() -> None:
    """Become on Linux the parent of what our children leave, as init would."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)


def bury_the_dead() -> None:
    """Collect every child that has ended, so that none stays as a zombie."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return


class Server:
    """One cluster in `folder/data`, made when it is not there yet."""

    def __init__(self, programs: Path, folder: Path, sockets: Path, user: str) -> None:
        self.programs, self.folder, self.sockets = programs, folder, sockets
        self.user = user or None
        self.data = folder / "data"

    def init(self) -> None:
        if (self.data / "global" / "pg_control").exists():
            return
        command = [
            str(self.programs / "initdb"),
            *(
                "-D",
                str(self.data),
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
            ),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ]
        done = subprocess.run(  # noqa: S603 (the wheel's own program)
            command, user=self.user, cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(last_words(done.stderr))

    def start(self, *, for_tests: bool) -> subprocess.Popen[bytes]:
        self.end_a_stranger()
        settings = [
            *(FAST if for_tests else DURABLE),
            *("listen_addresses=", f"unix_socket_directories={self.sockets}"),
            *("max_connections=120", "timezone=UTC", "log_timezone=UTC"),
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603 (the wheel's own program)
                [self.programs / "postgres", "-D", self.data, *options],
                user=self.user,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: die_with_parent(signal.SIGINT),
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(self.data):
            if server.poll() is not None or time.monotonic() > deadline:
                self.stop(server)
                raise RuntimeError(last_words((self.folder / "log").read_text()))
            time.sleep(0.02)
        return server

    def end_a_stranger(self) -> None:
        """A server (or its note) left by a keeper that was killed makes room."""
        lines = pid_lines(self.data)
        if not lines:
            return
        pid = int(lines[0])
        if is_postgres(pid):
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + STOP_SECONDS
            while is_postgres(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        else:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self, server: subprocess.Popen[bytes]) -> None:
        """The fast shutdown: clients are cut off, nothing committed is lost."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if server.poll() is None:
                server.send_signal(number)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return


def is_postgres(pid: int) -> bool:
    if Path("/proc/self").exists():
        try:
            return "postgres" in Path(f"/proc/{pid}/comm").read_text()
        except OSError:
            return False
    done = subprocess.run(  # noqa: S603 (a number, nothing typed)
        ["ps", "-o", "comm=", "-p", str(pid)],  # noqa: S607 (on every Unix)
        capture_output=True,
        text=True,
    )
    return "postgres" in done.stdout


def last_words(text: str) -> str:
    """The line of a log that says what was wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    if telling:
        return re.sub(r"^.*?(FATAL|error):\s*", "", telling[0])
    return (lines or ["it said nothing"])[-1]


def wait_until_unused(users: int, turn: int) -> None:
    """Return, holding `turn` and `users`, once nobody uses the server any more."""
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(turn, fcntl.LOCK_UN)
        else:
            return


def keep(server: Server, *, for_tests: bool, told: int) -> None:
    """Start, say so on the pipe, wait for the last user, stop."""
    mode = os.O_RDWR | os.O_CREAT
    keeper = os.open(server.folder / "keeper", mode, 0o600)
    users = os.open(server.folder / "users", mode, 0o600)
    turn = os.open(server.folder / "turn", mode, 0o600)
    try:
        # A keeper that is just closing down holds this for the blink of an eye more.
        fcntl.flock(keeper, fcntl.LOCK_EX)
        server.init()
        running = server.start(for_tests=for_tests)
    except (RuntimeError, OSError) as trouble:
        os.write(told, str(trouble).encode())
        return
    os.write(told, b"ready")
    os.close(told)
    wait_until_unused(users, turn)
    server.stop(running)


def main() -> int:
    programs, folder, sockets, user, durability = sys.argv[1:]
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            words = pipe.read().decode()
        if words != "ready":
            sys.stderr.write(words or "the keeper of the database ended early")
            return 1
        return 0
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    server = Server(Path(programs), Path(folder), Path(sockets), user)
    keep(server, for_tests=durability == "fast", told=writing)
    return 0


if __name__ == "__main__":
    sys.exit(main())
