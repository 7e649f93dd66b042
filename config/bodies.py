"""What a request brings along, waited for in bounded time and kept in bounded room.

A body is whole before any thread is taken for its request: whoever sends one slowly
makes nobody wait but themselves.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

# So much of a body waits in memory; of a larger one all is on the disk.
IN_MEMORY: Final = 64 * 1024
# Of a body that is too large so much is still read, and thrown away: who is not heard
# out finds a broken line instead of an answer.
HEARD_SECONDS: Final = 1.0
HEARD_BYTES: Final = 64 * 1024 * 1024


class Refused(Exception):
    """This body is not waited for any longer; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Gone(Exception):
    """The sender left in the middle of it, or spoke no HTTP."""


@dataclass(frozen=True)
class Limits:
    """How long a body is waited for: `seconds`, and one more for each `pace` bytes that
    came. How large it may be: at addresses under a prefix what stands beside it, else
    `largest`; and all that this process holds at once, `room`.
    """

    seconds: float
    pace: int
    room: int
    largest: int
    prefixes: Sequence[tuple[str, int]] = ()

    def largest_at(self, path: str) -> int:
        """Bytes that a body may have at this address."""
        fitting = (most for prefix, most in self.prefixes if path.startswith(prefix))
        return next(fitting, self.largest)


@dataclass
class Body:
    """A body, whole once `Intake.take` returns it. `held`: what is kept for it."""

    file: IO[bytes] = field(default_factory=BytesIO)
    length: int = 0
    held: int = 0


class Intake:
    """Takes in the bodies of one process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0

    async def take(self, proto: Any, headers: Mapping[str, str], path: str) -> Body:
        """The whole body, empty where there is none. Raises Refused, Gone."""
        body = Body()
        announced = _announced(headers)
        if announced == 0:
            return body
        most = self.limits.largest_at(path)
        try:
            if announced is not None and announced > most:
                await _hear_out(proto, headers)
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if announced is not None and announced <= IN_MEMORY:
                await self._fill_at_once(body, proto, announced)
            else:
                await self._fill_by_pieces(body, proto, announced, most)
        except TimeoutError:
            self.release(body)
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
        except BaseException:
            self.release(body)
            raise
        return body

    def release(self, body: Body) -> None:
        """Nobody needs it any more."""
        self.held -= body.held
        body.held = 0
        body.file.close()

    async def _fill_at_once(self, body: Body, proto: Any, announced: int) -> None:
        self._make_room(body, announced)
        async with asyncio.timeout(self.limits.seconds):
            try:
                content = await proto()
            except (OSError, RuntimeError) as closed:  # granian's are RuntimeErrors
                raise Gone from closed
        body.file, body.length = BytesIO(content), len(content)

    async def _fill_by_pieces(
        self, body: Body, proto: Any, announced: int | None, most: int
    ) -> None:
        """Only so can one that tells no length be measured."""
        body.file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (release closes it)
        async with asyncio.timeout(self.limits.seconds) as patience:
            begun = patience.when() or 0.0
            async for piece in _pieces(proto):
                body.length += len(piece)
                if body.length > most:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                self._make_room(body, len(piece))
                body.file.write(piece)
                patience.reschedule(begun + body.length / self.limits.pace)
        if announced is not None and body.length != announced:
            raise Gone
        body.file.seek(0)

    def _make_room(self, body: Body, size: int) -> None:
        if self.held + size > self.limits.room:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self.held += size
        body.held += size


def _announced(headers: Mapping[str, str]) -> int | None:
    """How long it says it is; None where it comes in pieces and does not say."""
    if "transfer-encoding" in headers:
        return None
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


async def _pieces(proto: Any) -> AsyncIterator[bytes]:
    """The pieces of a body. Raises Gone.

    The server tells the end by an empty piece, and what went wrong by one too, with
    the end's after it.
    """
    ended = False
    async for piece in proto:
        if ended:
            raise Gone
        if piece:
            yield piece
        else:
            ended = True


async def _hear_out(proto: Any, headers: Mapping[str, str]) -> None:
    """Read on for a while; who waits for our word before sending has sent nothing."""
    if "expect" in headers:
        return
    heard = 0
    try:
        async with asyncio.timeout(HEARD_SECONDS):
            async for piece in _pieces(proto):
                heard += len(piece)
                if heard > HEARD_BYTES:
                    return
    except (TimeoutError, Gone):
        return
