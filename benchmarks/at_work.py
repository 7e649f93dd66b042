"""Our web server as production runs it, and the tills that ask it."""

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from benchmarks.counter import Counter
from benchmarks.place import BASE_DIR
from benchmarks.serving import HOST, Web
from benchmarks.sides import SideFailed
from benchmarks.tills import Turn, Wrong

# A process for each core, unless others are asked for.
WORKERS = {"WEB_PROCESSES": "2", "WEB_THREADS": "4"}
AS_PRODUCTION = {
    "ALLOWED_HOSTS": f"{HOST},localhost",
    "TRUSTED_PROXIES": "1",  # which says https
    "PYTHONWARNINGS": "ignore",
}


class TillsAtWork(AbstractContextManager["TillsAtWork"]):
    """The web server, and the process that plays the tills."""

    def __init__(self, counter: Counter) -> None:
        workers = {name: os.environ.get(name, usual) for name, usual in WORKERS.items()}
        self.web = Web({**AS_PRODUCTION, **workers})
        self.counter = counter
        self.stack = ExitStack()
        self.tills: subprocess.Popen[str] | None = None
        self.busiest = 0.0
        self.done: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.stack.enter_context(self.web)
        self.tills = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tills", str(self.web.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=BASE_DIR,
        )
        self._say(self.counter.written())
        return self

    def play(self, work: str, *, clients: int, seconds: int) -> Turn:
        """Let the tills work. Raises Wrong where one was told no."""
        self._say(json.dumps({"work": work, "clients": clients, "seconds": seconds}))
        told = self.tills.stdout.readline() if self.tills and self.tills.stdout else ""
        if not told:
            raise SideFailed("the tills ended")
        turn = Turn(**json.loads(told))
        if turn.wrong:
            raise Wrong(f"{work}: {turn.wrong[0]}")
        self.busiest = max(self.busiest, turn.cpu)
        self.done[work] = self.done.get(work, 0) + turn.answered
        return turn

    def rate(self, work: str, clients: int, seconds: int) -> float:
        """Answers a second."""
        turn = self.play(work, clients=clients, seconds=seconds)
        return turn.done / turn.seconds

    def _say(self, line: str) -> None:
        if self.tills is None or self.tills.stdin is None:
            raise SideFailed("the tills are not at work")
        self.tills.stdin.write(line + "\n")
        self.tills.stdin.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self.stack:
            if self.tills is not None:
                self.tills.communicate(timeout=60)
