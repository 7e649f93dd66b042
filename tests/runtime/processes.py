"""Workers, beats and a Redis of a test's own: started, killed, and started again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from django.conf import settings
from django.db import connection

from benchmarks.serving import free_port
from tests.house.sources import BASE_DIR
from tests.messaging.test_sms_gateway import SECRET, Answer, Provider
from tests.patience import PATIENCE

# Celery as it is started in production, with a clock that may be days off, a broker
# that gives a task to another after so many seconds, and beats that hurry.
PROGRAM: Final = """
import os, sys
from datetime import timedelta
from django.utils import timezone
right = timezone.now
off = timedelta(days=int(os.environ.get("CLOCK_DAYS", "0")))
if off:
    timezone.now = lambda: right() + off
from config.celery import app
visible = int(os.environ.get("VISIBILITY_TIMEOUT", "3600"))
app.conf.broker_transport_options = {"visibility_timeout": visible}
app.conf.worker_prefetch_multiplier = 1
tasks = [
    "campaigns.tasks.enter_campaigns", "campaigns.tasks.advance_campaigns",
    "campaigns.tasks.watch_campaigns", "messaging.tasks.send_due_messages",
    "messaging.tasks.look_after_messages", "outbox.tasks.relay_events",
]
app.conf.beat_schedule = {
    task: {"task": task, "schedule": 0.5, "options": {"expires": 5}} for task in tasks
}
app.start(sys.argv[1:])
"""
WORKER: Final = [
    *("--quiet", "worker", "--pool", "threads", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
]


def database_url() -> str:
    """Of the database in which the test writes."""
    parts = urlsplit(settings.DATABASE_URL)
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def wait_for(is_so: Callable[[], bool]) -> None:
    """Until it is so, however busy the machine is."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two looks, not instead of one


class Gateway:
    """Remembers whom it acknowledged; falls silent over them while it is told to."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.acknowledged: Counter[str] = Counter()
        self.is_silent = False
        self.before_answer: Callable[[], None] = lambda: None
        provider.answer = self.answer

    def answer(self, path: str, told: dict[str, Any]) -> Answer:
        if not told:
            number = path.rsplit("/", 1)[-1]
            if number not in self.acknowledged:
                return 404, {"id": number}
            return 200, {"id": number, "status": "accepted", "reference": number}
        self.acknowledged[told["id"]] += 1
        if self.is_silent:
            self.provider.patience.wait(PATIENCE)
            return None
        self.before_answer()
        return 202, {"reference": told["id"]}


class Broker:
    """A Redis that keeps nothing: stopped and started again it is empty."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program is not None
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self._server = subprocess.Popen(
            [program, *words, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        wait_for(self._answers)

    def stop(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Processes:
    """Celery's processes by name; whoever is left is killed in the end."""

    def __init__(self, *, broker: str, gateway: str, folder: Path) -> None:
        self._folder = folder
        self._told = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "SMS_GATEWAY_URL": gateway,
            "SMS_GATEWAY_SECRET": SECRET,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def worker(self, name: str, *queues: str, **told: str) -> None:
        self._start(name, [*WORKER, "-Q", ",".join(queues), "-n", f"{name}@%h"], told)

    def beat(self, name: str) -> None:
        words = ["--quiet", "beat", "--loglevel", "ERROR", "--pidfile", ""]
        self._start(name, [*words, "--schedule", str(self._folder / name)], {})

    def _start(self, name: str, words: list[str], told: dict[str, str]) -> None:
        self._running[name] = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=BASE_DIR,
            env={**self._told, **told},
            stdout=subprocess.DEVNULL,
        )

    def kill(self, name: str) -> None:
        """As the kernel does when memory runs out."""
        gone = self._running.pop(name)
        gone.send_signal(signal.SIGKILL)
        gone.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._running):
            self.kill(name)


@contextmanager
def held_up(table: str) -> Iterator["HeldUp"]:
    """Whoever writes to a table waits, within its transaction, until this is left."""
    with psycopg.connect(database_url()) as session, ExitStack() as ends:
        session.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
        ends.callback(session.rollback)
        yield HeldUp(session, table)


class HeldUp:
    """Knows whether somebody waits."""

    def __init__(self, session: psycopg.Connection[Any], table: str) -> None:
        self._session, self._table = session, table

    def somebody_waits(self) -> bool:
        waiting = self._session.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE relation = %s::regclass AND NOT granted",
            [self._table],
        ).fetchone()
        return waiting is not None and waiting[0] > 0
