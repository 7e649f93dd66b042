"""A till that speaks HTTP to running processes, and many of them at one moment."""

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

import httpx
from django.db import connection
from django.utils.timezone import now

from ledger import services as ledger_services
from stores import services as stores_services
from tests.factories.stores import StoreFactory
from tests.patience import PATIENCE

TILLS = 20
IN_PROGRESS = (409, "request_in_progress")
_numbers = itertools.count(1)


class Till(AbstractContextManager["Till"]):
    """A key of a new store, and as many connections as are asked for at once."""

    def __init__(self, address: str) -> None:
        self.store = StoreFactory.create(code=f"H{next(_numbers)}")
        _key, text = stores_services.create_api_key(
            name=f"till of {self.store.code}", store=self.store, scopes=(), at=now()
        )
        self.client = httpx.Client(
            base_url=f"{address}/api/v1",
            headers={"Authorization": f"Bearer {text}"},
            timeout=PATIENCE,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def post(self, path: str, body: Any, *, key: str = "") -> httpx.Response:
        return self.client.post(
            path, json=body, headers={"Idempotency-Key": key or a_key()}
        )

    def patiently(self, path: str, body: Any, *, key: str) -> httpx.Response:
        """Sent again as long as the first is at work, as the guide says."""
        deadline = time.monotonic() + PATIENCE
        while told(reply := self.post(path, body, key=key)) == IN_PROGRESS:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return reply

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """What is there before a race begins."""
        reply = self.post(path, body)
        assert reply.status_code == 201, reply.text
        found: dict[str, Any] = reply.json()
        return found

    def member(self, *, money: int = 0) -> str:
        """A new member, with money in the wallet."""
        number = next(_numbers)
        body = {"name": f"Guest {number}", "phone": f"+86139{number:08d}"}
        member = str(self.made("/members", body)["id"])
        if money:
            top_up = {"amount": money, "tender": {"kind": "wechat"}}
            self.made(f"/members/{member}/top-ups", top_up)
        return member

    def wallet(self, member: str) -> int:
        """What is in it, as any till is told."""
        reply = self.client.get(f"/members/{member}")
        return int(reply.json()["wallet"]["total"])


def a_key() -> str:
    return f"key-{uuid.uuid4()}"


def a_bill(gross: int, *, paid: int | None = None, **facts: Any) -> dict[str, Any]:
    """A bill under a number of its own, paid in cash unless less is paid."""
    paid = gross if paid is None else paid
    tenders = [{"kind": "cash", "amount": paid}] if paid else []
    return {"gross": gross, "reference": a_key(), "tenders": tenders, **facts}


def at_once[Answer](
    work: Callable[[int], Answer], *, runners: int = TILLS
) -> list[Answer]:
    """Let them all loose at the same moment, and hear what each was told."""
    barrier = threading.Barrier(runners)

    def run(number: int) -> Answer:
        barrier.wait(PATIENCE)
        try:
            return work(number)
        finally:
            connection.close()  # where it asked the database itself

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(run, range(runners), timeout=PATIENCE))


def told(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer; the code of a good one is empty."""
    return reply.status_code, str(reply.json().get("code", ""))


def counted(replies: Sequence[httpx.Response]) -> Counter[tuple[int, str]]:
    return Counter(told(reply) for reply in replies)


def are_proven() -> bool:
    """Whether the books prove themselves, to the last lot; every app's rows too."""
    proof = ledger_services.prove_books()
    assert proof.is_proven, proof.differences
    return True
