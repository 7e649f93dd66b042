"""What Django is told of a request, and what is made of its answer."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from config import server
from config.bodies import Body, Gone, Intake, Limits, Refused

LIMITS = Limits(seconds=0.05, pace=1000, room=230_000, largest=200_000)


@pytest.fixture(autouse=True)
def _there_is_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django looks after its connections whenever an answer is closed."""
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_: [])


class Proto:
    """What granian hands over: a body in pieces, and the ways to answer."""

    def __init__(self, *pieces: bytes | None) -> None:
        self.coming = list(pieces)
        self.sent: list[tuple[Any, ...]] = []

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    def __aiter__(self) -> "Proto":
        return self

    async def __anext__(self) -> bytes:
        if not self.coming:
            raise StopAsyncIteration
        piece = self.coming.pop(0)
        if piece is None:
            await asyncio.sleep(60)
        return piece or b""

    def response_bytes(self, *told: Any) -> None:
        self.sent.append(("bytes", *told))

    def response_file(self, *told: Any) -> None:
        self.sent.append(("file", *told))

    def response_empty(self, *told: Any) -> None:
        self.sent.append(("empty", *told))

    def response_stream(self, *told: Any) -> "Proto":
        self.sent.append(("stream", *told))
        return self

    def send_bytes(self, piece: bytes) -> None:
        self.sent.append(("piece", piece))


def scope(**facts: Any) -> Any:
    usual = {
        "method": "GET",
        "path": "/",
        "query_string": "",
        "server": "127.0.0.1:8000",
        "client": "127.0.0.1:41000",
        "scheme": "http",
        "http_version": "1.1",
    }
    return SimpleNamespace(**{**usual, **facts})


def request(headers: dict[str, str], **facts: Any) -> WSGIRequest:
    return WSGIRequest(server.environ_of(scope(**facts), headers, Body()))


def taken(proto: Proto, intake: Intake, **headers: str) -> Body:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return asyncio.run(intake.take(proto, named, "/"))


def test_an_address_and_its_words_are_what_was_sent() -> None:
    found = request({"host": "a.example"}, path="/你/x", query_string="q=%E4%BD%A0&b=1")
    assert (found.path, found.GET["q"], found.GET["b"]) == ("/你/x", "你", "1")
    assert found.get_host() == "a.example"


@pytest.mark.parametrize(
    ("client", "address"),
    [("203.0.113.9:80", "203.0.113.9"), ("[2001:db8::1]:80", "2001:db8::1"), ("", "")],
)
def test_the_caller_is_whom_the_line_comes_from(client: str, address: str) -> None:
    assert request({}, client=client).META["REMOTE_ADDR"] == address


def test_a_header_with_an_underscore_is_nobodys() -> None:
    told = server.joined(
        [
            ("x-forwarded-proto", "http"),
            ("x_forwarded_proto", "https"),
            ("x-forwarded-for", "203.0.113.1"),
            ("x-forwarded-for", "203.0.113.2"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
        ]
    )
    found = request(told)
    assert found.META["HTTP_X_FORWARDED_PROTO"] == "http"
    assert found.META["HTTP_X_FORWARDED_FOR"] == "203.0.113.1,203.0.113.2"
    assert found.COOKIES == {"a": "1", "b": "2"}


def test_a_body_in_pieces_is_whole_and_has_its_length() -> None:
    intake = Intake(LIMITS)
    pieces = [b"x" * 70_000, b"y" * 70_000, b""]
    body = taken(Proto(*pieces), intake, transfer_encoding="chunked")
    told = {"transfer-encoding": "chunked"}
    environ = server.environ_of(scope(method="POST"), told, body)
    assert environ["CONTENT_LENGTH"] == "140000"
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert WSGIRequest(environ).read() == b"".join(pieces)
    assert intake.held == 140_000
    intake.release(body)
    assert intake.held == 0


@pytest.mark.parametrize(
    ("pieces", "headers", "status"),
    [
        ([None], {"content_length": "9"}, 408),
        ([b"x", None], {"content_length": "90000"}, 408),
        ([b"x", None], {"transfer_encoding": "chunked"}, 408),
        ([], {"content_length": "200001"}, 413),
        ([b"x" * 200_001, b""], {"transfer_encoding": "chunked"}, 413),
    ],
)
def test_what_is_refused_is_not_kept(
    pieces: list[bytes | None], headers: dict[str, str], status: int
) -> None:
    intake = Intake(LIMITS)
    with pytest.raises(Refused) as refusal:
        taken(Proto(*pieces), intake, **headers)
    assert (refusal.value.status, intake.held) == (status, 0)


def test_all_bodies_together_have_their_bound() -> None:
    intake = Intake(LIMITS)
    first = taken(Proto(b"x" * 190_000, b""), intake, content_length="190000")
    for size in (60_000, 120_000):
        with pytest.raises(Refused) as refusal:
            taken(Proto(b"x" * size, b""), intake, content_length=str(size))
        assert refusal.value.status == 503
    assert intake.held == 190_000
    intake.release(first)
    second = taken(Proto(b"x" * 60_000, b""), intake, content_length="60000")
    assert second.length == 60_000


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b"{}", b"", b""], {"transfer_encoding": "chunked"}),
        ([b"x" * 70_000, b"", b""], {"content_length": "70000"}),
        ([b"x" * 69_999, b""], {"content_length": "70000"}),
    ],
)
def test_half_a_body_is_none(pieces: list[bytes], headers: dict[str, str]) -> None:
    intake = Intake(LIMITS)
    with pytest.raises(Gone):
        taken(Proto(*pieces), intake, **headers)
    assert intake.held == 0


class Django(WSGIHandler):
    """The handler, with an answer of our own."""

    def __init__(self, response: Any) -> None:
        self.response = response

    def __call__(self, environ: Any, start: Any) -> Any:
        response = self.response
        headers = list(response.items())
        start(f"{response.status_code} {response.reason_phrase}", headers)
        file = getattr(response, "file_to_stream", None)
        return environ["wsgi.file_wrapper"](file) if file is not None else response


def told(response: Any) -> list[tuple[Any, ...]]:
    proto = Proto()
    environ = server.environ_of(scope(), {}, Body())
    server.answer(Django(response), environ, proto)
    return proto.sent


def test_a_page_is_sent_at_once() -> None:
    sent = told(HttpResponse("hello", status=201, content_type="text/plain"))
    assert sent == [("bytes", 201, [("Content-Type", "text/plain")], b"hello")]


def test_an_export_is_sent_as_it_comes_and_closed() -> None:
    closed = []

    def rows() -> Iterator[str]:
        try:
            yield "a\r\n"
            yield "b\r\n"
        finally:
            closed.append(True)

    kind, first, second = told(StreamingHttpResponse(rows()))
    assert (kind[0], first, second) == (
        "stream",
        ("piece", b"a\r\n"),
        ("piece", b"b\r\n"),
    )
    assert closed


@pytest.mark.parametrize(("size", "kind"), [(10, "stream"), (2**20 + 1, "file")])
def test_a_large_file_goes_by_its_name(size: int, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(b"x" * size)
    first, *pieces = told(FileResponse(path.open("rb")))
    assert first[0] == kind
    assert dict(first[2])["Content-Length"] == str(size)
    if kind == "file":
        assert (first[3], pieces) == (str(path), [])
    else:
        assert pieces == [("piece", b"x" * size)]


def test_what_breaks_before_django_is_an_answer_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_environ: Any, _start: Any) -> Any:
        raise LookupError

    proto = Proto()
    server.answer(broken, server.environ_of(scope(), {}, Body()), proto)
    assert proto.sent == [("empty", 500, [])]
