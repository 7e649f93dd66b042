"""Whoever sends slowly, too much or by halves keeps no till waiting."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings

from benchmarks.serving import Web
from members.models import Member
from tests.http.conftest import BODY_SECONDS
from tests.http.lines import Line, head, lines
from tests.http.till import Till, a_bill, a_key

SLOW, IDLE, TILLS = 200, 1000, 4
API, PAGE = "/api/v1/quotes", "/admin/login/"
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
PIECES = "Transfer-Encoding: chunked"
# How a body may never come to its end: nothing of it, a little of it, in pieces.
NEVER_WHOLE = [
    head(API, JSON, "Content-Length: 900"),
    head(PAGE, FORM, "Content-Length: 900") + b"username=",
    head(API, JSON, PIECES) + b"2\r\n{}\r\n",
    head(PAGE, FORM, "Content-Length: 900000") + b"username=" * 9000,
]


@contextmanager
def tills_at_work(till: Till) -> Iterator[list[float]]:
    """Tills that settle one bill after another; what each took, in seconds."""
    over, seconds = threading.Event(), list[float]()

    def work() -> None:
        while not over.is_set():
            begun = time.monotonic()
            reply = till.post("/sales", a_bill(10_00))
            seconds.append(time.monotonic() - begun)
            assert reply.status_code == 201, reply.text
            time.sleep(0.05)

    with ThreadPoolExecutor(TILLS) as pool:
        working = [pool.submit(work) for _till in range(TILLS)]
        try:
            yield seconds
        finally:
            over.set()
        for one in working:
            one.result(30)


def test_200_slow_bodies_keep_no_till_waiting(till: Till, running: Web) -> None:
    with lines(running.port, SLOW) as slow, tills_at_work(till) as seconds:
        begun = time.monotonic()
        for number, line in enumerate(slow):
            line.say(NEVER_WHOLE[number % len(NEVER_WHOLE)])
        answers = [line.hear() for line in slow]
        waited = time.monotonic() - begun

    # If each took a thread for its time, they would take it one after another.
    assert len(seconds) > 2 * TILLS
    assert max(seconds) < 3 * BODY_SECONDS, sorted(seconds)[-9:]
    assert BODY_SECONDS - 0.5 < waited < 6 * BODY_SECONDS
    for number, answer in enumerate(answers):
        assert answer.startswith(b"HTTP/1.1 408 "), (number, answer[:200])
        _assert_fits(answer, is_program=number % 2 == 0)


def test_a_body_that_trickles_is_given_up(running: Web) -> None:
    """A byte now and then earns no more time."""
    with Line(running.port) as line:
        line.say(head(API, JSON, "Content-Length: 900"))
        line.socket.settimeout(BODY_SECONDS / 10)
        heard, begun = b"", time.monotonic()
        while not heard:
            assert time.monotonic() < begun + 5 * BODY_SECONDS
            try:
                line.say(b" ")
                heard = line.socket.recv(65536)
            except TimeoutError:
                continue
    assert heard.startswith(b"HTTP/1.1 408 ")


def test_a_thousand_idle_lines_and_half_heads_keep_no_till_out(
    till: Till, running: Web
) -> None:
    with lines(running.port, IDLE + SLOW) as silent:
        for line in silent[:SLOW]:
            line.say(b"POST /api/v1/quotes HTTP/1.1\r\nHo")
        begun = time.monotonic()
        replies = [till.post("/sales", a_bill(10_00)) for _bill in range(10)]
        with Line(running.port) as line:
            line.say(head("/healthz", "Connection: close", method="GET"))
            assert line.hear().startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - begun < 12  # before a head has had its time
    assert {reply.status_code for reply in replies} == {201}


@pytest.mark.parametrize(
    ("path", "most"), [(API, settings.API_LARGEST_BODY), (PAGE, settings.LARGEST_BODY)]
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large(
    path: str, most: int, *, announced: bool, running: Web
) -> None:
    length = f"Content-Length: {most + 1}" if announced else PIECES
    with Line(running.port) as line:
        line.say(head(path, JSON, length, "Connection: close"))
        if not announced:
            line.say(f"{most + 1:x}\r\n".encode())
        answer = line.say(b" " * (most + 1)).hear()
    assert answer.startswith(b"HTTP/1.1 413 "), answer[:200]
    _assert_fits(answer, is_program=path == API)
    assert b'"too_large"' in answer or path == PAGE


def test_who_asks_first_is_told_no_before_sending(running: Web) -> None:
    with Line(running.port) as line:
        length = f"Content-Length: {settings.LARGEST_BODY + 1}"
        answer = line.say(head(PAGE, FORM, length, "Expect: 100-continue")).hear()
    assert answer.startswith(b"HTTP/1.1 413 "), answer[:200]


def test_who_asks_first_is_told_to_go_on(till: Till, running: Web) -> None:
    body = json.dumps(a_bill(10_00)).encode()
    asked = _as_till(till, "/sales", f"Content-Length: {len(body)}")
    with Line(running.port) as line:
        line.say(asked.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert line.socket.recv(65536).startswith(b"HTTP/1.1 100 ")
        assert line.say(body).hear().startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("framing", ["Content-Length: 900", PIECES])
def test_half_a_body_does_nothing(till: Till, running: Web, framing: str) -> None:
    """What is there by then may read well, and is not what was meant."""
    before = Member.objects.count()
    body = json.dumps({"name": "Half", "phone": "+8613912340000"}).encode()
    if framing == PIECES:
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    with Line(running.port) as line:
        line.say(_as_till(till, "/members", framing) + body)
        answer = line.say_no_more().hear()
    assert b" 201 " not in answer[:20]
    assert Member.objects.count() == before


def test_a_file_to_move_in_with_may_be_larger(running: Web) -> None:
    """It is heard to its end, and only then is asked who sends it."""
    path = "/admin/imports/importjob/add/"
    length = f"Content-Length: {settings.LARGEST_BODY + 1}"
    with Line(running.port) as line:
        line.say(head(path, FORM, length, "Expect: 100-continue"))
        assert line.socket.recv(65536).startswith(b"HTTP/1.1 100 ")


def _as_till(till: Till, path: str, *headers: str) -> bytes:
    key = f"Authorization: {till.client.headers['Authorization']}"
    once = f"Idempotency-Key: {a_key()}"
    return head(f"/api/v1{path}", JSON, key, once, "Connection: close", *headers)


def _assert_fits(answer: bytes, *, is_program: bool) -> None:
    """A problem document for a program, a page for a person."""
    kind = b"application/problem+json" if is_program else b"text/html"
    assert b"content-type: " + kind in answer, answer[:400]
    assert b"x-request-id: " in answer
