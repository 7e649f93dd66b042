"""One till: connections that stay open, and a line that breaks now and then."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from benchmarks.replay.tally import Tally

PATIENCE: Final = httpx.Timeout(60.0)
PAUSE: Final = 0.02  # seconds, before asking again
LONGEST: Final = 60.0  # seconds for one request, however often it was sent
SHORTEST_CUT: Final = 0.001
LONGEST_CUT: Final = 0.015
REPLAYED: Final = "idempotency-replayed"
AGAIN: Final = frozenset({"request_in_progress", "too_many_requests", "member_busy"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered in the end."""

    status: int
    content: bytes
    body: dict[str, Any]

    @property
    def is_good(self) -> bool:
        return self.status < 400

    @property
    def code(self) -> str:
        return str(self.body.get("code", ""))


class NoAnswer(Exception):
    """A request that was sent again and again, in vain."""


class Till:
    """Two connections to the server, used by one thread; `trouble` is how many of a
    thousand requests are sent twice, sent at once, or cut off.
    """

    def __init__(self, address: str, tally: Tally, *, trouble: int) -> None:
        self.tally = tally
        self.trouble = trouble
        self.lines = [
            httpx.Client(base_url=f"{address}/api/v1", timeout=PATIENCE)
            for _line in range(2)
        ]

    def close(self) -> None:
        for line in self.lines:
            line.close()

    def ask(self, what: str, path: str, body: dict[str, Any], *, auth: str) -> Answer:
        """A request that changes nothing, such as a quote."""
        return self._until_answered(what, path, body, {"Authorization": auth})

    def do(
        self,
        what: str,
        path: str,
        body: dict[str, Any],
        *,
        auth: str,
        key: str,
        dice: random.Random,
    ) -> Answer:
        """A request that is done once, whatever happens to the line meanwhile."""
        headers = {"Authorization": auth, "Idempotency-Key": key}

        def send() -> Answer:
            return self._until_answered(what, path, body, headers)

        ways: tuple[Callable[[], Answer], ...] = (
            lambda: self._twice(send, key),
            lambda: self._at_once(what, path, body, headers),
            lambda: self._cut_off(path, body, headers, dice, send),
        )
        if dice.randrange(1000) >= self.trouble:
            return send()
        return dice.choice(ways)()

    def _twice(self, send: Callable[[], Answer], key: str) -> Answer:
        """The till did not note the answer, and asks again."""
        first, second = send(), send()
        self.tally.met("sent twice")
        self._compare(first, second, key)
        return first

    def _at_once(
        self, what: str, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> Answer:
        """Both of the till's connections send the same request at one moment."""
        found: list[Answer] = []
        other = threading.Thread(
            target=lambda: found.append(
                self._until_answered(what, path, body, headers, line=1)
            )
        )
        other.start()
        first = self._until_answered(what, path, body, headers)
        other.join()
        self.tally.met("sent at once")
        for second in found:
            self._compare(first, second, headers["Idempotency-Key"])
        if not found:
            self.tally.fault(f"no answer under {headers['Idempotency-Key']}")
        return first

    def _cut_off(
        self,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str],
        dice: random.Random,
        send: Callable[[], Answer],
    ) -> Answer:
        """The line breaks before the answer is there; then the same is sent again."""
        wait = dice.uniform(SHORTEST_CUT, LONGEST_CUT)
        patience = httpx.Timeout(PATIENCE.connect, read=wait)
        try:
            self.lines[1].post(path, json=body, headers=headers, timeout=patience)
            self.tally.met("answered before it was cut off")
        except httpx.TransportError:
            self.tally.met("cut off before the answer")
        return send()

    def _until_answered(
        self,
        what: str,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str],
        *,
        line: int = 0,
    ) -> Answer:
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            began = time.perf_counter()
            try:
                reply = self.lines[line].post(path, json=body, headers=headers)
            except httpx.TransportError as broken:
                self.tally.met(f"the line broke ({type(broken).__name__})")
                time.sleep(PAUSE)
                continue
            self.tally.took(what, time.perf_counter() - began)
            answer = Answer(reply.status_code, reply.content, reply.json())
            if answer.status >= 500:
                self.tally.fault(f"{what}: {answer.status} {answer.code}")
            elif answer.code not in AGAIN:
                if REPLAYED in reply.headers:
                    self.tally.met("answered as before")
                return answer
            else:
                self.tally.met(f"told to ask again ({answer.code})")
            time.sleep(PAUSE)
        raise NoAnswer(f"{what} was not answered within {LONGEST:.0f} s")

    def _compare(self, first: Answer, second: Answer, key: str) -> None:
        if (first.status, first.content) != (second.status, second.content):
            self.tally.fault(
                f"two answers under {key}: {first.status} and {second.status}"
            )
