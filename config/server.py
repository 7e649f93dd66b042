"""Django behind granian: the bodies of requests are awaited, then threads are taken.

granian's own WSGI server takes a thread when the head of a request is there, and lets
it wait for the body, however long: a few half-sent bodies would stop every till.
"""

import asyncio
import io
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import IO, Any, Final

import structlog

from config.bodies import Body, Gone, Intake, Limits, Refused

log = structlog.get_logger(__name__)

type Environ = dict[str, Any]
type Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
type Headers = list[tuple[str, str]]

REFUSED: Final = "regulars.refused"  # the status that `config.middleware` answers with
UNPREFIXED: Final = {
    "content-type": "CONTENT_TYPE",
    "content-length": "CONTENT_LENGTH",
}
# A file at least so large is sent by the server itself, as fast as its reader reads.
LARGE_FILE: Final = 1024 * 1024
STOP_SECONDS: Final = 4.0


class Threads:
    """A fixed number of threads, which keep their connections to the database."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.running: list[threading.Thread] = []

    def start(self) -> None:
        self.running = [
            threading.Thread(target=self._work, name=f"web-{number}", daemon=True)
            for number in range(1, self.number + 1)
        ]
        for thread in self.running:
            thread.start()

    def stop(self) -> None:
        """Finish what was begun, within reason."""
        for _thread in self.running:
            self.queue.put(None)
        for thread in self.running:
            thread.join(STOP_SECONDS)

    def _work(self) -> None:
        while work := self.queue.get():
            work()


class Server:
    """What granian calls for each request (its RSGI interface)."""

    def __init__(
        self, application: Application, *, limits: Limits, threads: int
    ) -> None:
        self.application = application
        self.intake = Intake(limits)
        self.threads = Threads(threads)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.threads.start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.threads.stop()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        loop = asyncio.get_running_loop()
        headers = joined(scope.headers.items())
        refused: HTTPStatus | None = None
        try:
            body = await self.intake.take(proto, headers, scope.path)
        except Refused as refusal:
            body, refused = Body(), refusal.status
        except Gone:
            proto.response_empty(HTTPStatus.BAD_REQUEST, [("connection", "close")])
            return
        environ = environ_of(scope, headers, body)
        if refused is not None:
            environ[REFUSED] = refused
        answered = loop.create_future()

        def work() -> None:
            try:
                answer(self.application, environ, proto)
            finally:
                loop.call_soon_threadsafe(answered.set_result, None)

        self.threads.queue.put(work)
        try:
            await answered
        finally:
            self.intake.release(body)


def joined(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; one that came twice is one list.

    Those with an underscore are left out: to an application they are the same as their
    neighbours with a hyphen, which proxies set or remove.
    """
    found: dict[str, str] = {}
    for name, value in items:
        if "_" in name:
            continue
        if name in found:
            value = found[name] + ("; " if name == "cookie" else ",") + value
        found[name] = value
    return found


@lru_cache(maxsize=1024)
def _variable(name: str) -> str:
    return UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")


def _as_bytes(text: str) -> str:
    """WSGI's way of writing bytes: a character for each."""
    return text if text.isascii() else text.encode().decode("latin-1")


def environ_of(scope: Any, headers: dict[str, str], body: Body) -> Environ:
    """The request as WSGI tells it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_bytes(scope.path),
        "QUERY_STRING": _as_bytes(scope.query_string),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body.file,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }
    for name, value in headers.items():
        environ[_variable(name)] = _as_bytes(value)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) or body.length:
        environ["CONTENT_LENGTH"] = str(body.length)  # it is whole by now
    return environ


class File:
    """An open file to be sent (`wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], block_size: int = 64 * 1024) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> Iterable[bytes]:
        while block := self.file.read(self.block_size):
            yield block

    def close(self) -> None:
        self.file.close()

    def path(self) -> str:
        """Where the whole of it lies under its name; empty if it is not, or small."""
        file = self.file
        if type(file) is not io.BufferedReader or not isinstance(file.name, str):
            return ""
        whole = os.fstat(file.fileno())
        if file.tell() or whole.st_size < LARGE_FILE:
            return ""
        return os.path.abspath(file.name)


def answer(application: Application, environ: Environ, proto: Any) -> None:
    """Ask the application, and send what it says."""
    status, headers = HTTPStatus.INTERNAL_SERVER_ERROR.value, []

    def start(line: str, given: Headers, _error: Any = None) -> None:
        nonlocal status, headers
        status, headers = int(line[:3]), given

    try:
        response = application(environ, start)
        try:
            send(response, status, headers, proto)
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()
    except Exception:
        log.exception("A request was not answered")
        proto.response_empty(HTTPStatus.INTERNAL_SERVER_ERROR.value, [])


def send(response: Any, status: int, headers: Headers, proto: Any) -> None:
    """A page at once, a large file by its name, all else as it comes."""
    if isinstance(response, File) and (path := response.path()):
        proto.response_file(status, headers, path)
    elif getattr(response, "streaming", False) or isinstance(response, File):
        stream = proto.response_stream(status, headers)
        for piece in response:
            stream.send_bytes(piece)
    else:
        proto.response_bytes(status, headers, b"".join(response))
