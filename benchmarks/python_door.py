"""Our own side: `ledger.services.post_entry`, each process with one connection."""

import multiprocessing
import random
import time
import uuid
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from types import TracebackType
from typing import Self

from django.db import connections

from benchmarks.work import Books
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line

# What goes through: (seconds, wallets) one way, (postings, seconds taken) back.
type Orders = Connection[tuple[int, int], tuple[int, float]]
type Answers = Connection[tuple[int, float], tuple[int, int]]


class Door(AbstractContextManager["Door"]):
    """Processes that stay connected and post when told to, all at the same time."""

    def __init__(self, *, books: Books, processes: int) -> None:
        connections.close_all()  # none is shared with a child
        forking = multiprocessing.get_context("fork")
        self.books = books
        self.posters: list[tuple[ForkProcess, Orders]] = []
        for _ in range(processes):
            ours, theirs = forking.Pipe()
            child = forking.Process(target=_serve, args=(theirs, books), daemon=True)
            child.start()
            theirs.close()
            self.posters.append((child, ours))

    def __enter__(self) -> Self:
        return self

    def rate(self, *, clients: int, seconds: int, wallets: int | None = None) -> float:
        """Postings a second by so many of the processes together."""
        everyone = self.books.wallets
        pipes = [pipe for _, pipe in self.posters[:clients]]
        for pipe in pipes:
            pipe.send((seconds, min(wallets or everyone, everyone)))
        done = [pipe.recv() for pipe in pipes]
        return sum(count / taken for count, taken in done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child, pipe in self.posters:
            pipe.send((0, 0))
            child.join(timeout=30)


def _serve(pipe: Answers, books: Books) -> None:
    random.seed()
    while (order := pipe.recv())[0]:
        seconds, wallets = order
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            _spend(
                account_id=random.randrange(books.first, books.first + wallets),
                sales_id=books.sales,
                amount=random.randint(1, 100),
            )
            done += 1
        pipe.send((done, time.perf_counter() - began))


def _spend(*, account_id: int, sales_id: int, amount: int) -> None:
    """One wallet pays, as a till's request would have it."""
    ledger_services.post_entry(
        kind=EntryKind.SALE,
        key=f"sale:{uuid.uuid4()}",
        at=datetime.now(UTC),
        act=Act(
            actor="system:bench", business_date=date(2026, 1, 2), request_id="bench"
        ),
        lines=[Line(debit_id=account_id, credit_id=sales_id, amount=amount)],
    )
