"""The sides that are measured: each posts for some seconds and says how many."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import place
from benchmarks.work import SQL_DIR, Books

RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
FAILED_NONE = "\nnumber of failed transactions: 0"


class SideFailed(Exception):
    """A side stopped or refused; its own words say why."""


def pgbench(
    *, url: str, script: str, schema: str, books: Books, clients: int, seconds: int
) -> float:
    """Transactions a second of one script on the wallets. Raises SideFailed."""
    return run_pgbench(
        *(f"--define=first={books.first}", f"--define=last={books.last}"),
        *("--define=actor=system:bench", f"--define=sales={books.sales}"),
        url=url,
        script=script,
        clients=clients,
        seconds=seconds,
        search_path=f"{schema},public",
    )


def run_pgbench(
    *options: str,
    url: str,
    script: str,
    clients: int,
    seconds: int,
    search_path: str = "public",
) -> float:
    """Transactions a second of one script, every statement prepared. Raises SideFailed
    where one of them failed.
    """
    done = subprocess.run(
        [
            *(place.program("pgbench"), "--no-vacuum", "--protocol=prepared"),
            *(f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={seconds}"),
            *options,
            f"--file={SQL_DIR / script}.sql",
            url,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PGOPTIONS": f"-c search_path={search_path}"},
    )
    found = RATE.search(done.stdout)
    if done.returncode or found is None or FAILED_NONE not in done.stdout:
        raise SideFailed(f"{script}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return float(found[1])


class Peer(AbstractContextManager["Peer"]):
    """A program that stays connected and posts when told to."""

    def __init__(
        self, command: Sequence[str | Path], *, environment: Mapping[str, str]
    ) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )

    def __enter__(self) -> Self:
        self._answer()  # "ready"
        return self

    def rate(self, *, clients: int, seconds: int) -> float:
        """Postings a second; it is one client."""
        if clients != 1 or self.process.stdin is None:
            raise SideFailed("one process is one client")
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        count, taken = self._answer().split()
        return int(count) / float(taken)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.communicate(timeout=60)

    def _answer(self) -> str:
        answer = self.process.stdout.readline() if self.process.stdout else ""
        if not answer.strip():
            raise SideFailed(f"{self.process.args!r} ended: {self.process.wait()}")
        return answer
