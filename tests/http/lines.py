"""Lines to the server on which every byte is the test's own."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from benchmarks.serving import HOST

PATIENCE = 30


class Line:
    """One connection; what is said on it is said byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, content: bytes) -> Self:
        self.socket.sendall(content)
        return self

    def say_no_more(self) -> Self:
        """The sender is gone, as far as the server can see."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def hear(self) -> bytes:
        """Everything until the server hangs up."""
        heard = b""
        while piece := self.socket.recv(65536):
            heard += piece
        return heard


def head(path: str, *headers: str, method: str = "POST") -> bytes:
    """The head of a request, whole."""
    lines = (f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@contextmanager
def lines(port: int, number: int) -> Iterator[list[Line]]:
    """So many at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = min(max(soft, number + 512), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    with ExitStack() as stack:
        yield [stack.enter_context(Line(port)) for _line in range(number)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
