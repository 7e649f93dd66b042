"""The log of messages and the templates in the admin: read, called off, by store."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging import services as messaging_services
from messaging.errors import SuppressionLifted
from messaging.models import Message, MessageProvider, MessagingPolicy, Suppression
from stores.models import AuditEvent
from tests.factories.ledger import an_act
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON, StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
PHONE = "+8613800001234"


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


def test_a_members_page_leads_to_what_was_written_to_them() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    guest, other = a_member(home_store=here), a_member(home_store=here)
    version = template()
    mine = [sent(version, to=guest), sent(version, to=guest)]
    elsewhere = sent(version, to=guest, store_id=there.pk)
    theirs = sent(version, to=other)
    theirs_page = reverse("admin:members_member_change", args=[guest.pk])
    log = f"{page('message_changelist')}?member__id__exact={guest.pk}"

    for client, seen in (
        (in_role("head-office"), {*mine, elsewhere}),
        (in_role("store-manager", store=here), set(mine)),
    ):
        shown = client.get(theirs_page).content.decode()
        assert f'href="{log}">messages ({len(seen)})</a>' in shown
        listed = client.get(log).content.decode()
        for message in (*mine, elsewhere, theirs):
            link = page("message_change", message.pk)
            assert (f'href="{link}?' in listed or f'href="{link}"' in listed) == (
                message in seen
            )
    lead = in_role("shift-lead", store=here).get(theirs_page)
    assert lead.status_code == 200
    assert log not in lead.content.decode()


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


def test_an_address_is_suppressed_and_lifted_with_a_reason() -> None:
    client = in_role("marketing")
    typed = {"channel": "sms", "address": "12", "note": "asked at the counter"}
    enter = page("suppression_enter")

    assert client.post(enter, typed).status_code == 200
    assert not Suppression.objects.exists()
    assert client.post(enter, {**typed, "address": PHONE}).status_code == 302
    (row,) = Suppression.objects.all()
    assert (row.address_hint, row.is_total) == ("+86 138 **** 1234", False)
    listed = client.get(page("suppression_changelist")).content.decode()
    assert "+86 138 **** 1234" in listed
    assert PHONE not in listed + str(AuditEvent.objects.values_list("facts", flat=True))
    lift = page("suppression_lift", row.pk)
    assert client.post(lift, {"reason": ""}).status_code == 200
    assert client.post(lift, {"reason": "It was a mistake"}).status_code == 302

    row.refresh_from_db()
    assert (row.lifted_at is None, row.lift_reason) == (False, "It was a mistake")
    assert set(AuditEvent.objects.values_list("act", flat=True)) >= {
        "messaging.suppressed",
        "messaging.suppression_lifted",
    }
    with pytest.raises(SuppressionLifted):
        messaging_services.lift_suppression(
            suppression_id=row.pk, reason="again", by=an_act(), at=NOON
        )


def test_only_whoever_may_leaves_an_address_alone() -> None:
    client = in_role("auditor")
    typed = {"channel": "sms", "address": PHONE, "note": "x"}
    assert client.post(page("suppression_enter"), typed).status_code == 403
    assert not Suppression.objects.exists()


def test_head_office_sets_how_fast_a_provider_may_go() -> None:
    provider = MessageProvider.objects.create(code="sms")
    change = page("messageprovider_change", provider.pk)

    client = in_role("head-office")
    typed = {"per_second": "20001", "concurrency": "4"}
    client.post(change, typed)
    provider.refresh_from_db()
    assert (provider.per_second, provider.concurrency) == (0, 0)
    client.post(change, {**typed, "per_second": "20"})
    provider.refresh_from_db()
    assert (provider.per_second, provider.concurrency) == (20, 4)
    assert AuditEvent.objects.filter(act="messaging.pace_set").exists()
    here = in_role("store-manager", store=StoreFactory.create())
    assert here.post(change, typed).status_code == 403


def test_quiet_hours_and_caps_are_published_version_by_version() -> None:
    client = in_role("head-office")
    typed = {
        "quiet_from": "22:00", "quiet_until": "08:00", "most_a_day": "2",
        "most_a_week": "1", "most_a_month": "9", "reason": "Summer",
    }  # fmt: skip

    assert client.post(page("messagingpolicy_add"), typed).status_code == 200
    assert MessagingPolicy.objects.count() == 1
    typed["most_a_week"] = "5"
    assert client.post(page("messagingpolicy_add"), typed).status_code == 302
    assert MessagingPolicy.objects.get(number=2).most_a_day == 2
