"""The log of messages and the templates in the admin: read, called off, by store."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from stores.models import AuditEvent
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"admin:messaging_{name}", args=args)


def in_role(role: str, **where: Any) -> Client:
    return signed_in(UserFactory.holding(role, **where))


def test_the_log_shows_each_store_its_own_and_no_address_in_full() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    mine = sent(template(), to=a_member(home_store=here))
    theirs = sent(template(), to=a_member(home_store=there))
    gift = sent(
        template(values={"what": "secret"}),
        address="friend@example.com",
        values={"what": "482913"},
        store_id=here.pk,
    )
    client = in_role("store-manager", store=here)

    listed = client.get(page("message_changelist")).content.decode()
    assert page("message_change", mine.pk) in listed
    assert page("message_change", theirs.pk) not in listed
    assert client.get(page("message_change", theirs.pk)).status_code == 404
    shown = client.get(page("message_change", gift.pk)).content.decode()
    assert "f***@example.com" in shown
    for secret in ("friend@example.com", "482913", gift.sealed_address):
        assert secret not in listed + shown


def test_a_message_that_waits_is_called_off_with_a_reason() -> None:
    here = StoreFactory.create()
    message = sent(template(), to=a_member(home_store=here))
    client = in_role("store-manager", store=here)
    call_off = page("message_cancel", message.pk)

    assert client.post(call_off, {"reason": ""}).status_code == 200
    message.refresh_from_db()
    assert message.state == "waiting"
    assert client.post(call_off, {"reason": "The day moved"}).status_code == 302

    message.refresh_from_db()
    assert (message.state, message.reason) == ("dropped", "cancelled")
    assert [event.kind for event in message.events.all()] == ["dropped"]
    act = AuditEvent.objects.get(act="messaging.cancelled")
    assert act.facts == {"reason": "The day moved"}
    assert client.post(call_off, {"reason": "Again"}).status_code in {403, 404}


def test_who_only_reads_calls_nothing_off() -> None:
    message = sent(template(), to=a_member())
    client = in_role("auditor")

    assert client.get(page("message_change", message.pk)).status_code == 200
    answer = client.post(page("message_cancel", message.pk), {"reason": "x"})
    assert answer.status_code == 403
    assert Message.objects.get().state == "waiting"


def test_a_template_shows_its_words_in_every_language() -> None:
    version = template("email", body="Tea for {{ member }}: {{ what }}")
    client = in_role("store-manager", store=StoreFactory.create())

    listed = client.get(page("messagetemplate_changelist"))
    assert version.template.code in listed.content.decode()
    shown = client.get(page("messagetemplate_change", version.template_id))
    for language in ("en", "zh-hans", "zh-hant"):
        assert f"[{language}] Tea for" in shown.content.decode()
