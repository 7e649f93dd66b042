"""Our web server as production runs it, and the tills that ask it."""

import json
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from benchmarks.counter import Counter
from benchmarks.place import BASE_DIR
from benchmarks.serving import free_port
from benchmarks.sides import SideFailed
from benchmarks.tills import Turn, Wrong
from config.launcher import answers, web_command

READY_SECONDS = 60
PROCESSES, THREADS = 2, 4


class Web(AbstractContextManager["Web"]):
    """granian, a process for each core, and the process that plays the tills."""

    def __init__(self, counter: Counter) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "TRUSTED_PROXIES": "1",  # which says https, as in production
            "WEB_PROCESSES": os.environ.get("WEB_PROCESSES", str(PROCESSES)),
            "WEB_THREADS": os.environ.get("WEB_THREADS", str(THREADS)),
            "PYTHONWARNINGS": "ignore",
        }
        self.server = subprocess.Popen(
            web_command("127.0.0.1", self.port, environment),
            env=environment,
            cwd=BASE_DIR,
        )
        self.counter = counter
        self.tills: subprocess.Popen[str] | None = None
        self.busiest = 0.0
        self.done: dict[str, int] = {}

    def __enter__(self) -> Self:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(f"http://localhost:{self.port}/healthz"):
            if time.monotonic() > deadline or self.server.poll() is not None:
                raise SideFailed("the web server does not answer")
            time.sleep(0.1)
        self.tills = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tills", str(self.port)],
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
        if self.tills is not None:
            self.tills.communicate(timeout=60)
        self.server.terminate()
        self.server.wait(timeout=30)
