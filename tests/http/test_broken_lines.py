"""What becomes of a request whose answer never arrives, or whose process is killed."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

from benchmarks.serving import HOST, Web
from checkout.models import Refund, Sale
from stored_value.models import TopUp
from tests.http.till import Till, a_bill, a_key, are_proven
from tests.patience import PATIENCE

REPLAYED = "Idempotency-Replayed"


class DeafLine(AbstractContextManager["DeafLine"]):
    """A line to the server that carries requests there, and no answer back."""

    def __init__(self, port: int) -> None:
        self.server = port
        self.answers: list[bytes] = []
        self.ears = socket.create_server((HOST, 0))
        self.address = f"http://{HOST}:{self.ears.getsockname()[1]}/api/v1"
        self.thread = threading.Thread(target=self._carry)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ears.shutdown(socket.SHUT_RDWR)
        self.ears.close()
        self.thread.join(PATIENCE)

    def _carry(self) -> None:
        while True:
            try:
                caller, _from = self.ears.accept()
            except OSError:
                return
            with (
                caller,
                socket.create_connection((HOST, self.server), PATIENCE) as server,
            ):
                server.sendall(_whole_message(caller))
                self.answers.append(_whole_message(server))


def _whole_message(line: socket.socket) -> bytes:
    """A head, and as much of a body as it announces."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        piece = line.recv(65536)
        assert piece, head
        head += piece
    head, body = head.split(b"\r\n\r\n", 1)
    lengths = [
        int(row.split(b":")[1])
        for row in head.split(b"\r\n")
        if row.lower().startswith(b"content-length:")
    ]
    while len(body) < lengths[0]:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def deaf(till: Till, web: Web) -> Iterator[DeafLine]:
    """A till whose line loses every answer."""
    usual = till.client.base_url
    with DeafLine(web.port) as line:
        till.client.base_url = httpx.URL(line.address)
        try:
            yield line
        finally:
            till.client.base_url = usual


def lost(till: Till, line: DeafLine, path: str, body: Any, key: str) -> bytes:
    """Send it, hear nothing; what the server had said, who did it and believed so."""
    with pytest.raises(httpx.TransportError):
        till.post(path, body, key=key)
    head, said = line.answers[-1].split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 201"), head
    return said


def test_after_a_lost_answer_the_same_request_gets_it_and_does_nothing(
    till: Till, running: Web
) -> None:
    member = till.member(money=200_00)
    sale, refund, top_up = a_key(), a_key(), a_key()
    bill = a_bill(50_00, paid=0, member=member)
    back = {"amount": 20_00, "reason": "cold"}
    money = {"amount": 100_00, "tender": {"kind": "cash"}}
    with deaf(till, running) as line:
        settled = lost(till, line, "/sales", bill, sale)
        path = f"/sales/{httpx.Response(201, content=settled).json()['id']}/refunds"
        refunded = lost(till, line, path, back, refund)
        paid_in = lost(till, line, f"/members/{member}/top-ups", money, top_up)

    for where, body, key, first in (
        ("/sales", bill, sale, settled),
        (path, back, refund, refunded),
        (f"/members/{member}/top-ups", money, top_up, paid_in),
    ):
        again = till.post(where, body, key=key)
        assert (again.status_code, again.content) == (201, first)
        assert again.headers[REPLAYED] == "true"

    assert Sale.objects.filter(store=till.store).count() == 1
    assert Refund.objects.filter(sale__store=till.store).count() == 1
    assert TopUp.objects.filter(store=till.store).count() == 2
    assert till.wallet(member) == 200_00 - 50_00 + 20_00 + 100_00
    assert are_proven()


def test_killed_between_commit_and_answer_the_retry_gets_the_first_result(
    till: Till, running: Web
) -> None:
    member, key = till.member(money=100_00), a_key()
    bill = a_bill(30_00, paid=0, member=member)
    with deaf(till, running) as line:
        settled = lost(till, line, "/sales", bill, key)
    running.kill()
    with pytest.raises(httpx.TransportError):
        till.post("/sales", bill, key=key)
    running.start()

    again = till.post("/sales", bill, key=key)

    assert (again.status_code, again.content) == (201, settled)
    assert again.headers[REPLAYED] == "true"
    assert Sale.objects.filter(store=till.store).count() == 1
    assert till.wallet(member) == 70_00
    assert are_proven()


@pytest.mark.long
def test_killed_at_full_work_nothing_that_was_told_is_lost_or_doubled(
    till: Till, running: Web
) -> None:
    """Every answer that arrived stands; what was cut off is done once when resent."""
    tills, each = 10, 100
    members = [till.member(money=1_000_00) for _till in range(tills)]
    bills = {
        a_key(): a_bill(10_00, paid=0, member=members[n])
        for n in range(tills)
        for _bill in range(each)
    }
    keys = list(bills)
    heard: dict[str, bytes] = {}
    sent: set[str] = set()

    def work(number: int) -> None:
        for key in keys[number * each : (number + 1) * each]:
            sent.add(key)
            try:
                reply = till.post("/sales", bills[key], key=key)
            except httpx.TransportError:
                return
            assert reply.status_code == 201, reply.text
            heard[key] = reply.content

    with ThreadPoolExecutor(tills) as pool:
        working = [pool.submit(work, number) for number in range(tills)]
        deadline = time.monotonic() + PATIENCE
        while len(heard) < 3 * tills and time.monotonic() < deadline:
            time.sleep(0.005)
        running.kill()
        for one in working:
            one.result(PATIENCE)
    durable = {row.answer.encode() for row in Sale.objects.filter(store=till.store)}
    assert set(heard.values()) <= durable
    assert 0 < len(heard) < len(sent) < len(bills)
    running.start()

    for key in sent:
        again = till.patiently("/sales", bills[key], key=key)
        assert again.status_code == 201, again.text
        assert heard.setdefault(key, again.content) == again.content

    rows = Sale.objects.filter(store=till.store)
    assert rows.count() == len(sent)
    assert {row.answer.encode() for row in rows} == set(heard.values())
    left = sum(till.wallet(member) for member in members)
    assert left == tills * 1_000_00 - 10_00 * len(sent)
    assert are_proven()


def test_a_killed_worker_is_replaced_and_its_requests_are_done_once(
    till: Till, running: Web
) -> None:
    tills, each = 10, 12
    members = [till.member(money=200_00) for _till in range(tills)]
    before, settled = running.workers(), 0

    def work(number: int) -> list[str]:
        nonlocal settled
        answers = []
        for _bill in range(each):
            bill, key = a_bill(10_00, paid=0, member=members[number]), a_key()
            answers.append(_until_it_arrives(till, bill, key))
            settled += 1
        return answers

    with ThreadPoolExecutor(tills) as pool:
        working = [pool.submit(work, number) for number in range(tills)]
        deadline = time.monotonic() + PATIENCE
        while settled < 2 * tills and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(before[0], signal.SIGKILL)
        answers = [answer for one in working for answer in one.result(PATIENCE)]

    assert len(set(answers)) == tills * each
    rows = Sale.objects.filter(store=till.store)
    assert {row.answer for row in rows} == set(answers)
    left = sum(till.wallet(member) for member in members)
    assert left == tills * (200_00 - 10_00 * each)
    while len(running.workers()) < len(before):
        assert time.monotonic() < deadline + PATIENCE
        time.sleep(0.1)
    assert before[0] not in running.workers()
    assert before[1] in running.workers()
    assert are_proven()


def test_a_body_in_pieces_is_no_empty_one(till: Till) -> None:
    member = till.member(money=300_00)
    hold = till.made(f"/members/{member}/holds", {"amount": 200_00})

    taken = till.client.post(
        f"/holds/{hold['id']}/capture",
        content=iter([b'{"amount"', b": 15000}"]),
        headers={"Idempotency-Key": a_key(), "Content-Type": "application/json"},
    )

    assert "content-length" not in taken.request.headers
    assert (taken.status_code, taken.json()["captured"]) == (200, 150_00)
    assert till.wallet(member) == 150_00


def _until_it_arrives(till: Till, bill: dict[str, Any], key: str) -> str:
    """As a till does it: the same request again, until it is answered."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            reply = till.patiently("/sales", bill, key=key)
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        assert reply.status_code == 201, reply.text
        return reply.text
    raise AssertionError(key)
