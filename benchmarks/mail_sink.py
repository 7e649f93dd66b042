"""A mail host that takes every letter and keeps none: `python -m benchmarks.mail_sink`.

It says its port, and then, for each line that it is sent, how many letters it has taken
and how many seconds of the processor it has needed.
"""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from benchmarks.place import BASE_DIR

END = b"\r\n.\r\n"
OK = b"250 fine\r\n"
ANSWERS = {b"QUIT": b"221 bye\r\n", b"DATA": b"354 go on\r\n"}


class MailSink(AbstractContextManager["MailSink"]):
    """The sink in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mail_sink"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=BASE_DIR,
        )
        self.port = int(self._line())

    def __enter__(self) -> Self:
        return self

    def taken(self) -> tuple[int, float]:
        """Letters, and seconds of its processor, until now."""
        if self.process.stdin is not None:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        letters, seconds = json.loads(self._line())
        return int(letters), float(seconds)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.communicate(timeout=30)

    def _line(self) -> str:
        return self.process.stdout.readline() if self.process.stdout else ""


class Session(asyncio.Protocol):
    """One connection; whatever it is told is fine."""

    letters = 0

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.is_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        if isinstance(transport, asyncio.Transport):
            self.out = transport
            self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Lines until a letter begins, then one letter."""
        self.waiting += data
        while self._next():
            pass

    def _next(self) -> bool:
        """Answer the next line, or a whole letter; False: more has to come."""
        end = END if self.is_letter else b"\r\n"
        found = self.waiting.find(end)
        if found < 0:
            return False
        word = bytes(self.waiting[:4]).upper()
        del self.waiting[: found + len(end)]
        if self.is_letter:
            Session.letters += 1
            self.is_letter, word = False, b""
        elif word == b"DATA":
            self.is_letter = True
        self.out.write(ANSWERS.get(word, OK))
        if word == b"QUIT":
            self.out.close()
        return True


async def serve() -> None:
    """Until nobody asks any more."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps([Session.letters, time.process_time()]), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
