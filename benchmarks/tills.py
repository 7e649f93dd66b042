"""Tills at work: a process of its own that asks our web server over HTTP, as they do.

`python -m benchmarks.tills PORT` reads a line of JSON with the shop, then one for each
turn (`{"work": "sale", "clients": 8, "seconds": 5}`), and answers each with one: how
many were answered, in how long, the slowest of twenty, and what of a core it took.
Every client keeps its connection, and sends the next request when the last is answered.
"""

import json
import random
import resource
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from benchmarks.codes import gift_code

SAID_YES: Final = (200, 201)
HOT: Final = 1  # the member whom all clients serve at once


class Wrong(Exception):
    """The server said something else than yes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it is sent."""

    method: str
    path: str
    body: bytes = b""
    key: str = ""


@dataclass(slots=True)
class Turn:
    """What became of one client's turn, or of all together."""

    done: int = 0
    answered: int = 0  # with the first of each client, whose time is not taken
    seconds: float = 0.0
    cpu: float = 0.0
    p95: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Line:
    """A connection to the server that stays."""

    def __init__(self, port: int, token: str, *, kind: str = "Bearer") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = (
            f" HTTP/1.1\r\nHost: localhost\r\nAuthorization: {kind} {token}\r\n"
            "Content-Type: application/json\r\n"
            # As the proxy in front of a production's web server says.
            "X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.9\r\n"
        )

    def ask(self, asked: Asked) -> tuple[int, bytes]:
        """The status, and the body."""
        key = f"Idempotency-Key: {asked.key}\r\n" if asked.key else ""
        self.socket.sendall(
            f"{asked.method} {asked.path}{self.head}{key}"
            f"Content-Length: {len(asked.body)}\r\n\r\n".encode()
            + asked.body
        )
        seen = b""
        while (end := seen.find(b"\r\n\r\n")) < 0:
            seen += self._more()
        head = seen[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r", 1)[0])
        while len(seen) < end + 4 + length:
            seen += self._more()
        return int(head[9:12]), seen[end + 4 :]

    def _more(self) -> bytes:
        more = self.socket.recv(65_536)
        if not more:
            raise Wrong("the connection was closed")
        return more

    def close(self) -> None:
        self.socket.close()


def member_id(number: int) -> str:
    """The n-th member's outward id."""
    return f"00000000-0000-7000-8000-{number:012x}"


def sale(dice: random.Random, members: int) -> Asked:
    """Tier, coupons, points, a gift card and stored value settle one bill."""
    return _sale(dice, members, member=dice.randint(1, members), points=100)


def hot(dice: random.Random, members: int) -> Asked:
    """The same for one member, whom every client serves at once."""
    return _sale(dice, members, member=HOT, points=0)


def gift(dice: random.Random, members: int) -> Asked:
    """A cent from a gift card."""
    card = gift_code(dice.randint(1, members))
    return _post({"gross": 1, "gift_cards": [{"code": card, "amount": 1}]})


def look(dice: random.Random, members: int) -> Asked:
    """One member, with wallet, points, coupons and tier."""
    return Asked("GET", f"/api/v1/members/{member_id(dice.randint(1, members))}")


def empty(_dice: random.Random, _members: int) -> Asked:
    """The view that does nothing."""
    return Asked("GET", "/healthz")


def _sale(dice: random.Random, members: int, *, member: int, points: int) -> Asked:
    card = gift_code(dice.randint(1, members))
    return _post(
        {
            "member": member_id(member),
            "gross": dice.randint(2_000, 9_000),
            "points": points,
            "gift_cards": [{"code": card, "amount": 500}],
        }
    )


def _post(bill: dict[str, object]) -> Asked:
    key = str(uuid.uuid4())
    body = json.dumps({**bill, "tenders": [], "reference": key}).encode()
    return Asked("POST", "/api/v1/sales", body, key)


WORKS: Final[dict[str, Callable[[random.Random, int], Asked]]] = {
    made.__name__: made for made in (sale, hot, gift, look, empty)
}


def play(
    *, port: int, shop: dict[str, object], work: str, clients: int, seconds: float
) -> Turn:
    """All clients at once, for so long; nothing is cut off in the middle."""
    keys, members = shop["keys"], shop["members"]
    assert isinstance(keys, list) and isinstance(members, int)  # noqa: S101, PT018 (what `Counter.written` wrote)
    took: list[list[float]] = [[] for _ in range(clients)]
    wrong: list[str] = []
    gate = threading.Barrier(clients + 1)
    until = [0.0]

    def one(number: int) -> None:
        line = Line(port, keys[number % len(keys)])
        dice = random.Random()
        make, times = WORKS[work], took[number]
        # Then the connection is known, and the server awake.
        status, body = line.ask(make(dice, members))
        if status not in SAID_YES:
            wrong.append(f"{status} {body[:300].decode(errors='replace')}")
        gate.wait()
        gate.wait()
        while time.perf_counter() < until[0] and not wrong:
            asked = make(dice, members)
            began = time.perf_counter()
            status, body = line.ask(asked)
            times.append(time.perf_counter() - began)
            if status not in SAID_YES:
                wrong.append(f"{status} {body[:300].decode(errors='replace')}")
        line.close()

    threads = [
        threading.Thread(target=one, args=(n,), daemon=True) for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    gate.wait(timeout=60)
    began, cpu = time.perf_counter(), _cpu()
    until[0] = began + seconds
    gate.wait(timeout=60)
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    times = sorted(one for some in took for one in some)
    return Turn(
        done=len(times),
        answered=len(times) + clients,
        seconds=spent,
        cpu=(_cpu() - cpu) / spent,
        p95=times[int(len(times) * 0.95)] if times else 0.0,
        wrong=wrong[:3],
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(words: list[str]) -> None:
    """Play what is asked, line by line."""
    port, shop = int(words[0]), json.loads(sys.stdin.readline())
    for line in sys.stdin:
        turn = play(port=port, shop=shop, **json.loads(line))
        print(json.dumps(asdict(turn)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
