"""A gateway that answers late, twice, wrongly, or never; and WeChat's own ways."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from messaging.channels import Letter, SendStatus, http, wechat
from messaging.channels.signature import is_signed, sign
from messaging.channels.sms import NoSms, SmsGateway, sms_carrier
from messaging.channels.wechat import WeChatCarrier

SECRET = "a secret between two programs"
type Answer = tuple[int, Any] | None


class Provider:
    """A server on this machine that does what the test says."""

    def __init__(self) -> None:
        self.answer: Callable[[str, dict[str, Any]], Answer] = lambda *_: (500, {})
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.patience = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.reply(self, body)

            def do_GET(self) -> None:
                provider.reply(self, b"")

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/messages"

    def reply(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if "X-Signature" in handler.headers:
            signed = body or handler.path.rsplit("/", 1)[-1].encode()
            assert is_signed(
                signed,
                moment=handler.headers["X-Timestamp"],
                signature=handler.headers["X-Signature"],
                secret=SECRET,
                at=datetime.now(UTC),
            )
        told = json.loads(body) if body else {}
        self.heard.append((handler.path, told))
        answer = self.answer(handler.path, told)
        if answer is None:
            handler.close_connection = True
            return
        status, said = answer
        text = said if isinstance(said, bytes) else json.dumps(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    found = Provider()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    settings.SMS_GATEWAY_URL = found.url
    settings.SMS_GATEWAY_SECRET = SECRET
    settings.SMS_SIGNATURE = "熟客"
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "id", "secret"
    monkeypatch.setattr(wechat, "API_URL", found.url.removesuffix("/v1/messages"))
    yield found
    found.patience.set()
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def a_letter() -> Letter:
    return Letter(
        public_id=uuid4(),
        address="+8613800001234",
        body="您的验证码是 482913",
        purpose="transactional",
        language="zh-hans",
        provider_template="SMS_1",
        values={"code": "482913"},
    )


def test_it_is_told_everything_once_under_our_number(provider: Provider) -> None:
    provider.answer = lambda _path, told: (202, {"id": told["id"], "reference": "g-1"})
    letter = a_letter()

    outcome = SmsGateway().send(letter)

    assert (outcome.fate, outcome.reference) == (SendStatus.ACCEPTED, "g-1")
    ((path, told),) = provider.heard
    assert path == "/v1/messages"
    assert told == {
        "id": str(letter.public_id),
        "to": "+8613800001234",
        "sign": "熟客",
        "text": "您的验证码是 482913",
        "template": "SMS_1",
        "values": {"code": "482913"},
    }


def test_the_same_number_twice_is_one_message_to_the_gateway(
    provider: Provider,
) -> None:
    known: dict[str, str] = {}

    def once(_path: str, told: dict[str, Any]) -> Answer:
        return 200, {"reference": known.setdefault(told["id"], f"g-{len(known)}")}

    provider.answer = once
    letter = a_letter()
    first, second = SmsGateway().send(letter), SmsGateway().send(letter)
    assert first == second
    assert len(known) == 1


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ((400, {"error": "no such number"}), SendStatus.REFUSED),
        ((422, {}), SendStatus.REFUSED),
        ((429, {}), SendStatus.NOT_SENT),
        ((500, {}), SendStatus.UNKNOWN),
        ((503, {"reference": "g"}), SendStatus.UNKNOWN),
        ((302, {}), SendStatus.UNKNOWN),
        ((200, {}), SendStatus.UNKNOWN),
        ((200, b"<html>"), SendStatus.UNKNOWN),
        ((200, [1]), SendStatus.UNKNOWN),
        ((200, {"reference": 7}), SendStatus.UNKNOWN),
        (None, SendStatus.UNKNOWN),
    ],
)
def test_what_the_gateway_answers_wrongly_or_never_is_told_from_a_refusal(
    provider: Provider, answer: Answer, fate: SendStatus
) -> None:
    provider.answer = lambda *_: answer
    assert SmsGateway().send(a_letter()).fate == fate


def test_an_answer_that_comes_too_late_is_not_known(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "WHOLE", 0.2)

    def late(*_: object) -> Answer:
        provider.patience.wait(30)
        return 202, {"reference": "g-1"}

    provider.answer = late
    assert SmsGateway().send(a_letter()).fate == SendStatus.UNKNOWN


def test_where_nobody_listens_nothing_left(settings: Any) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as nobody:
        port = nobody.server_port
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{port}/v1"
    settings.SMS_GATEWAY_SECRET = SECRET
    assert SmsGateway().send(a_letter()).fate == SendStatus.NOT_SENT
    assert SmsGateway().ask(uuid4()).fate == SendStatus.UNKNOWN


@pytest.mark.parametrize(
    ("status", "told", "fate"),
    [
        (200, {"status": "accepted", "reference": "g-1"}, SendStatus.ACCEPTED),
        (200, {"status": "delivered"}, SendStatus.DELIVERED),
        (200, {"status": "failed"}, SendStatus.BOUNCED),
        (200, {"status": "refused"}, SendStatus.REFUSED),
        (200, {"status": "dreaming"}, SendStatus.UNKNOWN),
        (200, {"id": "another", "status": "accepted"}, SendStatus.UNKNOWN),
        (404, {}, SendStatus.UNHEARD),
        (404, {"id": "", "error": "no such page"}, SendStatus.UNKNOWN),
        (500, {}, SendStatus.UNKNOWN),
    ],
)
def test_it_is_asked_by_our_number_and_believed_only_about_that(
    provider: Provider, status: int, told: dict[str, Any], fate: SendStatus
) -> None:
    number = uuid4()
    provider.answer = lambda *_: (status, {"id": str(number), **told})
    assert SmsGateway().ask(number).fate == fate
    assert provider.heard == [(f"/v1/messages/{number}", {})]


def test_without_a_gateway_production_sends_none(settings: Any) -> None:
    settings.PRODUCTION = True
    carrier = sms_carrier()
    assert isinstance(carrier, NoSms)
    assert not carrier.is_set_up()
    assert carrier.send(a_letter()).fate == SendStatus.NOT_SENT


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"other"},
        {"moment": "1"},
        {"moment": ""},
        {"moment": "-5"},
        {"moment": "١"},
        {"signature": ""},
        {"signature": "é"},
        {"secret": ""},
        {"secret": "other"},
    ],
)
def test_a_signature_is_of_this_body_now_and_by_this_secret(
    change: dict[str, Any],
) -> None:
    at = datetime.now(UTC)
    headers = sign(b"body", secret=SECRET, at=at)
    good: dict[str, Any] = {
        "body": b"body",
        "moment": headers["X-Timestamp"],
        "signature": headers["X-Signature"],
        "secret": SECRET,
        "at": at,
    }
    assert is_signed(good.pop("body"), **good)
    told = {**good, "body": b"body", **change}
    assert not is_signed(told.pop("body"), **told)


@pytest.mark.django_db
def test_wechat_is_off_without_keys_and_speaks_its_own_way(
    provider: Provider, settings: Any
) -> None:
    cache.clear()
    sent: list[dict[str, Any]] = []

    def answer(path: str, told: dict[str, Any]) -> Answer:
        if path.endswith("stable_token"):
            return 200, {"access_token": f"t-{len(provider.heard)}", "expires_in": 7200}
        sent.append(told)
        return 200, {"errcode": codes.pop(0), "msgid": 77}

    provider.answer = answer
    codes = [0, 40001, 45009, 43004]
    letter = a_letter()
    fates = [WeChatCarrier().send(letter).fate for _ in range(4)]

    assert fates == [
        SendStatus.ACCEPTED,
        SendStatus.NOT_SENT,
        SendStatus.NOT_SENT,
        SendStatus.REFUSED,
    ]
    assert sent[0]["data"] == {"code": {"value": "482913"}}
    assert {told["client_msg_id"] for told in sent} == {letter.public_id.hex}
    tokens = [path for path, _told in provider.heard if path.endswith("stable_token")]
    assert len(tokens) == 2  # the stale one was thrown away
    settings.WECHAT_APP_SECRET = ""
    assert not WeChatCarrier().is_set_up()
