"""Many members are written to at once just as each would be written to alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.errors import MemberUnknown
from members.models import Member
from messaging import services as messaging_services
from messaging.errors import (
    ChannelWithoutWords,
    MessageRefused,
    MessageTemplateUnknown,
)
from messaging.models import Message, MessageTemplateVersion
from messaging.services import Mailing
from messaging.values import Value
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
OWN = {"id", "public_id", "key", "fingerprint", "sealed_values"}
UNTIL = NOON + timedelta(days=7)


def mailed(
    version: MessageTemplateVersion,
    values: Mapping[int, Mapping[str, Value]],
    *,
    prefix: str = "mailing",
    **options: Any,
) -> dict[int, int]:
    mailing: dict[str, Any] = {
        "template": version.template.code,
        "channel": "email",
        "expires_at": UNTIL,
        "priority": 3,
        **options,
    }
    with transaction.atomic():
        return messaging_services.send_to_members(
            mailing=Mailing(**mailing),
            keys={member: f"{prefix}:{member}" for member in values},
            values=values,
            at=NOON,
        )


def row_of(message: Message) -> dict[str, Any]:
    return {
        field.attname: getattr(message, field.attname)
        for field in Message._meta.concrete_fields
        if field.attname not in OWN
    }


@pytest.mark.parametrize("not_before", [None, NOON + timedelta(hours=2)])
def test_each_row_is_the_one_that_a_single_message_writes(not_before: Any) -> None:
    version = template(values={"what": "text", "pin": "secret", "until": "date"})
    store = StoreFactory.create()
    members = [
        a_member(),
        a_member(language=""),
        a_member(language="zh-hant", home_store=store),
    ]
    for number, member in enumerate(members):
        told: dict[str, Value] = {
            "what": "tea" if number else "cake",
            "pin": "1234",
            "until": NOON.date(),
        }
        alone = sent(
            version,
            to=member,
            values=told,
            priority=3,
            expires_at=UNTIL,
            not_before=not_before,
        )
        written = mailed(version, {member.pk: told}, not_before=not_before)
        one = Message.objects.get(pk=written[member.pk])
        alone.refresh_from_db()

        assert row_of(one) == row_of(alone)
        assert one.sealed_values.startswith("gAAAA")
        assert one.key == f"mailing:{member.pk}"


def test_each_gets_their_own_values() -> None:
    version = template()
    first, second, third = (a_member() for _nth in range(3))
    values: dict[int, dict[str, Value]] = {
        first.pk: {"what": "tea"},
        second.pk: {"what": "cake"},
        third.pk: {"what": "tea"},
    }

    written = mailed(version, values)

    assert {
        message.member_id: message.values
        for message in Message.objects.filter(pk__in=written.values())
    } == values
    assert len({one.fingerprint for one in Message.objects.all()}) == 3


def test_a_key_serves_once() -> None:
    version, member = template(), a_member()
    mailed(version, {member.pk: {"what": "tea"}})

    with pytest.raises(IntegrityError):
        mailed(version, {member.pk: {"what": "tea"}})

    assert Message.objects.count() == 1


def nobody() -> int:
    last = Member.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1000


def test_what_cannot_be_written_leaves_nothing() -> None:
    version, member = template("email"), a_member()
    fits: dict[str, Value] = {"what": "tea"}

    for refusal, values, options in (
        (MemberUnknown, {member.pk: fits, nobody(): fits}, {}),
        (MessageTemplateUnknown, {member.pk: fits}, {"template": "gone"}),
        (ChannelWithoutWords, {member.pk: fits}, {"channel": "sms"}),
        (MessageRefused, {member.pk: fits}, {"expires_at": NOON}),
        (MessageRefused, {member.pk: fits}, {"priority": 101}),
        (MessageRefused, {member.pk: fits}, {"prefix": "x" * 160}),
        (MessageRefused, {member.pk: {"other": "tea"}}, {}),
    ):
        with pytest.raises(refusal):
            mailed(version, values, **options)

    assert mailed(version, {}) == {}
    assert not Message.objects.exists()
