"""The yardstick: the leanest checkout that this server can do, called by pgbench."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.books import without_key_checks
from benchmarks.sides import run_pgbench
from benchmarks.tills import Turn
from benchmarks.work import statement


def build(*, members: int) -> None:
    """Its tables, as many people as the shop has, its indexes and functions."""
    facts: dict[str, Any] = {"since": 1, "until": members}
    with connection.cursor() as cursor:
        cursor.execute(statement("limit/tables"))
        with without_key_checks():
            for part in statement("limit/fill").split(";\n\n"):
                cursor.execute(part, facts)
        cursor.execute(statement("limit/indexes"))
        cursor.execute(statement("limit/functions"))
        cursor.execute("VACUUM ANALYZE")


def play(script: str, *, url: str, members: int, clients: int, seconds: int) -> Turn:
    """Transactions of one script, every statement prepared."""
    with tempfile.TemporaryDirectory() as folder:
        rate = run_pgbench(
            *(f"--define=members={members}", "--log", f"--log-prefix={folder}/log"),
            url=url,
            script=f"limit/{script}",
            clients=clients,
            seconds=seconds,
        )
        times = sorted(_times(Path(folder)))
    return Turn(
        done=len(times),
        seconds=len(times) / rate,
        p95=times[int(len(times) * 0.95)] if times else 0.0,
    )


def _times(folder: Path) -> Iterator[float]:
    """Seconds of each transaction: client, number, microseconds, and more."""
    for log in folder.iterdir():
        for line in log.read_text().splitlines():
            yield int(line.split()[2]) / 1_000_000
