"""Web processes as `make run` starts them, on a port of their own."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from config.launcher import Household, wait_until_ready, web_command

HOST = "127.0.0.1"


class Web(AbstractContextManager["Web"]):
    """Granian with its workers: started, killed without warning, started again."""

    def __init__(self, surroundings: Mapping[str, str]) -> None:
        # Plain http, since no proxy stands before it that would speak https.
        self.surroundings = {
            **os.environ,
            "SECURE_SSL_REDIRECT": "false",
            "ALLOWED_HOSTS": HOST,
            "LOG_LEVEL": "ERROR",
            **surroundings,
        }
        self.port = free_port()
        self.household = Household()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it says that all is well."""
        told = self.surroundings
        self.household.start("web server", web_command(HOST, self.port, told), told)
        wait_until_ready(self.address, self.household)

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers."""
        listed = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,stat="],
            capture_output=True,
            text=True,
            check=True,
        )
        ours = {str(one.pid) for one in self.household.members.values()}
        rows = [line.split() for line in listed.stdout.splitlines()]
        return [
            int(pid) for pid, above, state in rows if above in ours and state[0] != "Z"
        ]

    def kill(self) -> None:
        """As a power cut would: every process of it at once, with no time to tidy."""
        for process in self.household.members.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.household.members.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.household.end()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
