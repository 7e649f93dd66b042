"""Ending offers by a link or a word, without signing in; and what providers tell."""

import base64
import json
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from prometheus_client import REGISTRY

from members import selectors as members_selectors
from members import services as members_services
from members.models import Member, Purpose
from messaging import links
from messaging import services as messaging_services
from messaging.channels.signature import sign
from messaging.encryption import address_digest
from messaging.models import Message, Suppression
from messaging.services.unsubscribe import is_refusal
from tests.factories.ledger import an_act
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON
from tests.messaging.at_work import agreed, now_of, tick

pytestmark = pytest.mark.django_db
SECRET = "between the gateway and us"
NOBODY = "01890000-0000-7000-8000-000000000000"
LOGIN = "mail:a long password"


def path(link: str) -> str:
    return link.removeprefix("http://localhost:8000")


def an_offer(to: Member) -> Message:
    message = sent(template("email", purpose=Purpose.MARKETING), to=to)
    tick()
    message.refresh_from_db()
    return message


def may(member: Member, channel: str = "email", purpose: str = "marketing") -> bool:
    return members_selectors.may_contact(member, purpose, channel)


# --- Unsubscribing ------------------------------------------------------------------
def test_an_offer_can_be_ended_by_one_click_of_the_mail_program() -> None:
    member = agreed()
    message = an_offer(member)
    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    whole = letter.message()
    link = whole["List-Unsubscribe"].strip("<>")
    assert whole["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.body
    assert link in str(letter.alternatives[0][0])
    assert member.email not in link

    strict = Client(enforce_csrf_checks=True)
    shown = strict.get(path(link))
    assert shown.status_code == 200
    assert shown.content.decode().count("<button") == 1
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert may(member)  # machines follow links, too
    for _ in range(2):
        answer = strict.post(path(link), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200

    assert not may(member)
    assert may(member, "sms")
    assert may(member, purpose="survey")
    assert [one.kind for one in message.events.all()] == ["accepted", "unsubscribed"]
    waiting = sent(template("email", purpose=Purpose.MARKETING), to=member)
    tick()
    assert now_of(waiting) == ("dropped", "consent")


def test_service_carries_no_way_out() -> None:
    sent(template("email"))
    tick()
    assert mail.outbox[0].message()["List-Unsubscribe"] is None


@pytest.mark.parametrize("token", ["x", "é", "a:b", "0" * 32 + ":forged", "%00"])
def test_a_forged_link_ends_nothing(token: str) -> None:
    member = agreed()
    an_offer(member)
    for page in ("unsubscribe", "preferences"):
        for ask in (Client().get, Client().post):
            assert ask(f"/messages/{page}/{token}").status_code == 404
    assert may(member)


def test_whoever_is_no_member_is_left_alone() -> None:
    message = sent(template("email"), address="lin@example.com")
    messaging_services.unsubscribe(message_id=message.pk, at=NOON)
    row = Suppression.objects.get()
    assert (row.reason, row.is_total) == ("refused", False)


def test_a_member_says_what_they_want_without_signing_in() -> None:
    member = agreed("email")
    members_services.publish_consent_text(
        purpose="survey", text="May we ask you?", by=an_act(), at=NOON
    )
    message = an_offer(member)
    page = path(links.preferences_link(message.public_id))
    client = Client()

    shown = client.get(page).content.decode()
    assert 'value="marketing:email" checked' in shown
    assert 'value="marketing:sms">' in shown
    wanted = {"wanted": ["marketing:sms", "survey:email"]}
    assert "Saved." in client.post(page, wanted).content.decode()

    assert (may(member), may(member, "sms")) == (False, True)
    assert may(member, purpose="survey")
    source = members_selectors.consents_standing(member.pk)[0].source
    assert source == "link"
    refused = client.post(page, {"wanted": ["transactional:email", "x"]})
    assert refused.status_code == 200
    assert "Choose one of what is offered." in refused.content.decode()
    assert may(member, "sms")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page, {"wanted": []}).status_code == 403


# --- Texts that come in -------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("退订", True),
        (" R ", True),
        ("ＴＤ", True),
        ("stop.", True),
        ("Stop it, please", False),
        ("谢谢", False),
        ("", False),
    ],
)
def test_words_of_refusal_are_known(text: str, *, is_one: bool) -> None:
    assert is_refusal(text) is is_one


def news(*events: dict[str, Any], secret: str = SECRET, at: Any = NOON) -> int:
    body = json.dumps({"events": list(events)}).encode()
    headers = sign(body, secret=secret, at=at)
    with time_machine.travel(NOON, tick=False):
        return (
            Client()
            .post(
                "/messages/news/sms/",
                body,
                content_type="application/json",
                headers=headers,
            )
            .status_code
        )


@pytest.fixture
def gateway(settings: Any) -> None:
    settings.SMS_GATEWAY_SECRET = SECRET
    settings.MAIL_WEBHOOK_SECRET = LOGIN


@pytest.mark.usefixtures("gateway")
def test_a_text_that_says_stop_ends_offers_by_text_at_once() -> None:
    member = agreed()
    inbound = {"event": "inbound", "from": member.phone, "text": "退订"}

    assert news({**inbound, "text": "谢谢"}) == 204
    assert may(member, "sms")
    assert news(inbound, {**inbound, "from": "+8613911112222"}) == 204

    assert (may(member, "sms"), may(member)) == (False, True)
    row = Suppression.objects.get()
    assert row.address_digest == address_digest("sms", "+8613911112222")


@pytest.mark.usefixtures("gateway")
def test_a_receipt_is_heard_once_and_a_dead_phone_left_alone() -> None:
    delivered = sent(template("sms"), channel="sms")
    dead = sent(template("sms"), channel="sms")
    tick()
    told = {"event": "delivered", "id": str(delivered.public_id), "number": "1"}
    failed = {"event": "failed", "id": str(dead.public_id), "number": "2"}

    assert news(told, told) == 204
    assert news(told, failed) == 204
    assert now_of(delivered)[0] == "delivered"
    assert delivered.events.filter(kind="delivered").count() == 1
    assert now_of(dead)[0] == "accepted"  # off today, on tomorrow
    assert news({**failed, "is_final": True}) == 204

    assert now_of(dead)[0] == "bounced"
    row = Suppression.objects.get()
    assert (row.reason, row.is_total) == ("bounced", True)
    assert row.address_hint.startswith("+86 138")
    assert news({"event": "delivered", "id": NOBODY}) == 204


def counted(provider: str, result: str) -> float:
    labels = {"provider": provider, "result": result}
    return REGISTRY.get_sample_value("regulars_message_webhooks_total", labels) or 0.0


@pytest.mark.usefixtures("gateway")
def test_news_without_a_good_signature_is_refused_and_counted(settings: Any) -> None:
    message = sent(template("sms"), channel="sms")
    tick()
    told = {"event": "delivered", "id": str(message.public_id)}
    before = counted("sms", "unsigned")

    assert news(told, secret="other") == 401
    assert news(told, at=NOON - 6 * (NOON - NOON.replace(minute=59, hour=3))) == 401
    assert (
        Client().post("/messages/news/sms/", b"{}", content_type="a/b").status_code
        == 401
    )
    settings.SMS_GATEWAY_SECRET = ""
    assert news(told, secret="") == 401

    assert now_of(message)[0] == "accepted"
    assert counted("sms", "unsigned") == before + 4


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event": "delivered"},
        {"event": "delivered", "id": "x"},
        {"event": "inbound", "from": 7, "text": "x"},
        {"event": ["delivered"], "id": NOBODY},
        7,
    ],
)
def test_malformed_news_is_told_so_and_changes_nothing(event: Any) -> None:
    before = counted("sms", "malformed")
    assert news(event) == 400
    assert counted("sms", "malformed") == before + 1


# --- Mail providers -----------------------------------------------------------------
def postmark(told: dict[str, Any], login: str = LOGIN) -> int:
    encoded = base64.b64encode(login.encode()).decode()
    with time_machine.travel(NOON, tick=False):
        return (
            Client()
            .post(
                "/messages/news/mail/postmark/",
                json.dumps(told),
                content_type="application/json",
                headers={"Authorization": f"Basic {encoded}"},
            )
            .status_code
        )


@pytest.mark.usefixtures("gateway")
def test_a_mail_providers_news_is_heard_by_its_login_alone() -> None:
    message = sent(template("email"), to=a_member())
    tick()
    message.refresh_from_db()
    told = {"RecordType": "Open", "MessageID": message.provider_reference}
    bounce = {
        "RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "Description": "gone",
        "MessageID": message.provider_reference, "Email": "x@example.com",
    }  # fmt: skip
    before = counted("postmark", "unsigned")

    for login in ("mail:wrong", ""):
        assert postmark(bounce, login=login) == 401
    assert counted("postmark", "unsigned") == before + 2
    assert now_of(message)[0] == "accepted"
    assert postmark(told) == 204
    assert message.events.filter(kind="opened").exists()
    for _ in range(2):
        assert postmark(bounce) == 204

    assert now_of(message)[0] == "bounced"
    assert Suppression.objects.get().is_total
    assert postmark({"RecordType": "Bounce"}) in {204, 400}


def test_without_a_login_there_is_no_such_door() -> None:
    assert postmark({}) == 404
