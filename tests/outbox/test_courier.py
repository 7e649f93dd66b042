"""One message on its way: signed, pinned to what was judged, and never further."""

import asyncio
import json
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError

from outbox import addresses, courier
from outbox.addresses import Target, read_url
from outbox.messages import Outcome
from tests.factories.outbox import SECRET, a_parcel
from tests.outbox.receiver import Receiver, listening

OTHER_SECRET = "whsec_" + "A" * 43 + "="
HOOKS = Target("https", "hooks.example.com", 443, "/in")


def send(target: Target | None, **fields: Any) -> Outcome:
    (outcome,) = courier.carry([a_parcel(target, **fields)])
    return outcome


def test_the_receiver_verifies_it_with_the_library(receiver: Receiver) -> None:
    body = json.dumps({"type": "top_up.made", "data": {"name": "熟客"}})
    outcome = send(read_url(receiver.url), body=body)
    assert outcome.is_delivered
    assert (outcome.status, outcome.problem) == (204, "")
    ((headers, arrived),) = receiver.arrived
    assert Webhook(SECRET).verify(arrived, headers) == json.loads(body)
    assert headers["webhook-id"] == "0199-test"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["path"] == "/hook?shop=1"
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(arrived + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(arrived, headers)


def test_no_log_says_where_it_went(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """The path of an address is often the receiver's own secret."""
    assert send(read_url(receiver.url)).is_delivered
    assert "shop=1" not in caplog.text
    assert SECRET not in caplog.text


def test_two_secrets_are_two_signatures(receiver: Receiver) -> None:
    send(read_url(receiver.url), secrets=(OTHER_SECRET, SECRET))
    ((headers, body),) = receiver.arrived
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(body, headers)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (200, ""),
        (202, ""),
        (301, "redirect"),
        (302, "redirect"),
        (307, "redirect"),
        (308, "redirect"),
        (400, "status"),
        (404, "status"),
        (410, "status"),
        (500, "status"),
    ],
)
def test_only_two_hundred_and_something_is_delivered(
    receiver: Receiver, status: int, problem: str
) -> None:
    receiver.status = status
    with listening() as elsewhere:
        receiver.headers = {"Location": elsewhere.url}
        outcome = send(read_url(receiver.url))
        assert elsewhere.arrived == [], "followed"
    assert outcome.is_delivered == (status < 300)
    assert (outcome.status, outcome.problem) == (status, problem)
    assert len(receiver.arrived) == 1


@pytest.mark.parametrize(
    ("status", "said", "asked"),
    [
        (503, "120", timedelta(seconds=120)),
        (429, "7", timedelta(seconds=7)),
        (500, "120", None),
        (503, "soon", None),
        (503, "-1", None),
        (503, "9" * 40, None),
        (503, "", None),
    ],
)
def test_a_receiver_may_ask_for_a_pause(
    receiver: Receiver, status: int, said: str, asked: timedelta | None
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": said}
    assert send(read_url(receiver.url)).retry_after == asked


def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    receiver.status, receiver.body = 200, b"x" * 50_000_000
    began = time.monotonic()
    assert send(read_url(receiver.url)).is_delivered
    assert time.monotonic() - began < 30


def test_an_answer_that_drips_is_not_waited_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "DEADLINE", 120)
    receiver.status, receiver.body, receiver.drip = 200, b"x" * 15_000, 30
    began = time.monotonic()
    assert send(read_url(receiver.url)).is_delivered
    assert time.monotonic() - began < 30


def test_a_receiver_that_says_nothing_is_left(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "DEADLINE", 0.3)
    receiver.before = lambda: time.sleep(30)
    began = time.monotonic()
    outcome = send(read_url(receiver.url))
    assert (outcome.status, outcome.problem) == (None, "timeout")
    assert time.monotonic() - began < 30


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = Target("http", "127.0.0.1", port, "/", is_local=True)
    assert send(target).problem == "connection"


def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_asked: object, **_more: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", lost)
    assert send(HOOKS).problem == "connection"


class Names:
    """A resolver that answers something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, _host: str, port: int, *_a: Any, **_k: Any) -> list[Any]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in answer
        ]


def carried_over(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What would go over the wire, answered 204."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    monkeypatch.setattr(courier, "transport", lambda: httpx.MockTransport(answer))
    return sent


def test_the_connection_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that is public when it is asked and private a moment later."""
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names)
    sent = carried_over(monkeypatch)
    assert send(HOOKS).is_delivered
    (request,) = sent
    assert request.url == "https://93.184.216.34:443/in"
    assert request.headers["Host"] == "hooks.example.com"
    assert request.extensions["sni_hostname"] == "hooks.example.com"
    assert names.asked == 1
    # The next try asks, and judges, again.
    assert send(HOOKS).problem == "address"
    assert len(sent) == 1


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["::ffff:7f00:1"],
        ["64:ff9b::a9fe:a9fe"],
        ["93.184.216.34", "192.168.0.1"],
        ["fe80::1%lo"],
    ],
)
def test_a_name_that_leads_inside_is_not_spoken_to(
    found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(found))
    sent = carried_over(monkeypatch)
    outcome = send(HOOKS)
    assert (outcome.status, outcome.problem) == (None, "address")
    assert sent == []


def test_a_second_address_is_tried_where_the_first_takes_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        Names(["2606:4700::1111", "93.184.216.34", "93.184.216.35"]),
    )
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if ":" in request.url.host:
            raise httpx.ConnectError("no way there")
        return httpx.Response(200)

    monkeypatch.setattr(courier, "transport", lambda: httpx.MockTransport(answer))
    assert send(HOOKS).is_delivered
    assert asked == ["2606:4700::1111", "93.184.216.34"]


def test_the_surroundings_name_no_proxy(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert send(read_url(receiver.url)).is_delivered
        assert proxy.arrived == []
    assert len(receiver.arrived) == 1


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate for `name`, and who trusts its maker."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = folder / "both.pem"
    both.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return server, ssl.create_default_context(cafile=str(both))


@pytest.mark.parametrize(
    ("host", "trusts_it", "problem"),
    [
        ("hooks.example.com", True, ""),
        ("other.example.com", True, "tls"),
        ("hooks.example.com", False, "tls"),
    ],
)
def test_the_certificate_is_checked_against_the_name(
    host: str,
    trusts_it: bool,  # noqa: FBT001 (a case of the table)
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over TLS, by address: the name is asked for and must be the certificate's."""
    server, trusting = certificate(tmp_path, "hooks.example.com")
    seen: list[str] = []
    server.sni_callback = lambda _socket, name, _context: seen.append(str(name))
    trust = trusting if trusts_it else ssl.create_default_context()
    monkeypatch.setattr(courier, "trusted", lambda: trust)
    monkeypatch.setattr(addresses, "is_public", lambda _address: True)
    monkeypatch.setattr(socket, "getaddrinfo", Names(["127.0.0.1"]))
    with listening(server) as receiver:
        outcome = send(Target("https", host, receiver.port, "/in"))
        assert (outcome.problem, outcome.is_delivered) == (problem, not problem)
        assert len(receiver.arrived) == (0 if problem else 1)
    assert seen[:1] == [host]


def test_many_go_a_few_at_a_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = 0, 0
    send_one = courier._send

    async def counted(*given: Any) -> Outcome:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return await send_one(*given)

    monkeypatch.setattr(courier, "_send", counted)
    target = read_url(receiver.url)
    parcels = [a_parcel(target, message_id=f"m-{n}") for n in range(30)]
    outcomes = courier.carry(parcels)
    assert [outcome.parcel for outcome in outcomes] == parcels
    assert all(outcome.is_delivered for outcome in outcomes)
    assert len({headers["webhook-id"] for headers, _body in receiver.arrived}) == 30
    assert 1 < most <= courier.AT_ONCE


def test_what_cannot_go_does_not_go(receiver: Receiver) -> None:
    outcome = send(None, problem="secret")
    assert outcome.problem == "secret"
    assert receiver.arrived == []
