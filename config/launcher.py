"""`make run`: look around, prepare the database, start web and worker, end them all."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import django
from django.core.exceptions import ImproperlyConfigured

from config import keeper, surroundings
from config.surroundings import Unfit

BASE_DIR = Path(__file__).resolve().parent.parent
READY_SECONDS = 180
STOP_SECONDS = 10
# How long the head of a request may take, and a connection be idle.
HEAD_MILLISECONDS = "15000"
# Of each web process: idle ones keep nobody out.
MOST_CONNECTIONS = "8192"


class Ended(Exception):
    """Somebody asked us to stop."""


class Household:
    """The processes of one `make run`, which live and die together."""

    def __init__(self) -> None:
        self.members: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, command: list[str], surroundings: dict[str, str]
    ) -> None:
        self.members[name] = subprocess.Popen(  # noqa: S603 (our own commands)
            command,
            env=surroundings,
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=lambda: keeper.die_with_parent(signal.SIGTERM),
        )

    def name_a_dead_one(self) -> str | None:
        for name, process in self.members.items():
            if process.poll() is not None:
                return f"The {name} ended by itself (exit {process.returncode})"
        return None

    def end(self) -> None:
        """Ask politely, then do not ask."""
        for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
            deadline = time.monotonic() + patience
            for process in self.members.values():
                _signal_group(process, number)
            for process in self.members.values():
                try:
                    process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    continue
        self.members.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _stop(_number: int, _frame: FrameType | None) -> None:
    # One is enough: a second Ctrl-C must not interrupt the tidying up.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Ended


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def load_settings() -> str:
    """Read the settings as the owner of the database; return the lesser role asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The owner of the tables prepares them; only web and worker put on the role.
    given_role = os.environ.pop("DATABASE_ROLE", "")
    try:
        django.setup()
    except ImproperlyConfigured as wrong:
        raise Unfit(str(wrong)) from wrong
    return given_role


def child_environment(role: str, address: str) -> dict[str, str]:
    """What web and worker are told: the database in use, and the lesser role."""
    from django.conf import settings  # noqa: PLC0415 (after load_settings)

    told = {**os.environ, "DATABASE_URL": str(settings.DATABASE_URL)}
    if os.geteuid() == 0:  # known, and the embedded PostgreSQL has its own user
        told["PYTHONWARNINGS"] = "ignore:You're running the worker"
    if settings.DEBUG:  # the address and the sign-ins stay in sight
        told.setdefault("LOG_LEVEL", "WARNING")
        told.setdefault("PUBLIC_URL", address)  # links in letters lead here
    return {**told, "DATABASE_ROLE": role} if role else told


def web_command(host: str, port: int, told: Mapping[str, str]) -> list[str]:
    """How the web is served; `told` says by how many processes."""
    return [
        *(sys.executable, "-m", "granian", "config.rsgi:application"),
        *("--interface", "rsgi", "--host", host, "--port", str(port)),
        *("--workers", told.get("WEB_PROCESSES", "1")),
        *("--http", "1", "--no-ws", "--http1-header-read-timeout", HEAD_MILLISECONDS),
        *("--backlog", "1024", "--backpressure", MOST_CONNECTIONS),
        *("--workers-kill-timeout", "5", "--log-level", "warning"),
        # One worker that the kernel killed must not take the others along.
        "--respawn-failed-workers",
    ]


def worker_command() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker"),
        *("--beat", "--schedule", str(BASE_DIR / "var" / "beat-schedule")),
        *("--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def wait_until_ready(address: str, household: Household) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if dead := household.name_a_dead_one():
            raise Unfit(f"{dead} before it was ready; what it said stands above.")
        if answers(f"{address}/readyz"):
            return
        time.sleep(0.25)
    raise Unfit(
        f"{address}/readyz did not say that all is well within {READY_SECONDS} seconds."
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 (our own address)
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def watch(household: Household) -> None:
    while True:
        if dead := household.name_a_dead_one():
            raise Unfit(f"{dead}, so everything is ended.")
        time.sleep(0.5)


def run() -> None:
    """From an empty folder to an address that answers."""
    host, port = surroundings.where_to_listen(os.environ)
    surroundings.require_writable(BASE_DIR / "var")
    if not os.environ.get("DATABASE_URL") and "REGULARS_DATA" in os.environ:
        surroundings.require_writable(Path(os.environ["REGULARS_DATA"]))
    surroundings.require_free(host, port)
    role = load_settings()
    from config import preparation  # noqa: PLC0415 (needs the settings)

    role = preparation.prepare(say, role=role)
    people, members = preparation.demo_people(), preparation.demo_members()
    household = Household()
    try:
        address = f"http://{surroundings.as_seen(host)}:{port}"
        told = child_environment(role, address)
        household.start("web server", web_command(host, port, told), told)
        household.start("worker", worker_command(), told)
        wait_until_ready(address, household)
        say(preparation.welcome(address, people, members))
        watch(household)
    finally:
        household.end()


def tidy(step: Callable[[], None]) -> int:
    """Whatever happens in `step`, leave nothing running and say one sentence."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    keeper.adopt_orphans()
    if os.environ.get("MAKELEVEL"):
        keeper.die_with_parent(signal.SIGTERM)
    try:
        step()
    except Ended:
        say("\nStopped; nothing is left running.")
    except Unfit as sentence:
        sys.stderr.write(f"{sentence}\n")
        return 1
    finally:
        surroundings.let_go()
        time.sleep(0.05)  # the keeper's lock falls a moment before the keeper itself
        keeper.bury_the_dead()
    return 0


if __name__ == "__main__":
    sys.exit(tidy(run))
