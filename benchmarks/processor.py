"""Processor time: ours and the server's, which others at work do not change."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the processor: Python's, and of the process behind our connection."""

    python: float
    postgres: float

    @property
    def seconds(self) -> float:
        """In all."""
        return self.python + self.postgres


def postgres_seconds() -> float:
    """Of the server's process behind our connection, until now."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    nanoseconds = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]
    return int(nanoseconds) / 1_000_000_000


def spent_by[T](act: Callable[[], T]) -> tuple[T, Spent]:
    """What a piece of work in this process and on its connection takes."""
    server, python = postgres_seconds(), time.process_time()
    result = act()
    return result, Spent(time.process_time() - python, postgres_seconds() - server)
