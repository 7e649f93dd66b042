"""Deciding that somebody is written to: one row for one key, in one transaction."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from common.errors import DomainError
from ledger.errors import IdempotencyConflict
from members.errors import MemberUnknown
from messaging import services as messaging_services
from messaging.encryption import address_digest, decrypt, decrypt_values
from messaging.errors import ChannelWithoutWords, MessageRefused, MessageTemplateUnknown
from messaging.models import Message, MessageEvent
from messaging.parts import MessagingPart
from tests.factories.ledger import an_act
from tests.factories.messaging import a_member, outgoing, sent, template
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import RUNNERS, answers, race

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def execute(sql: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_message_is_there_if_and_only_if_its_transaction_is() -> None:
    version = template()

    with transaction.atomic():
        sent(version)
        transaction.set_rollback(True)
    assert not Message.objects.exists()

    message = sent(version, to=a_member(home_store=StoreFactory.create()))
    assert (message.state, message.due_at, message.language) == ("waiting", NOON, "en")
    assert message.member is not None
    assert message.store_id == message.member.home_store_id
    assert (message.values, message.purpose) == ({"what": "tea"}, "transactional")


def test_the_same_key_is_the_same_message_and_no_other() -> None:
    version, member = template(), a_member()
    wanted = outgoing(version, to=member, key="birthday:2026")
    first = messaging_services.send_message(message=wanted, at=NOON)
    again = messaging_services.send_message(message=wanted, at=NOON + HOUR)

    assert again == first
    assert again.due_at == NOON
    for other in (
        outgoing(version, to=a_member(), key="birthday:2026"),
        outgoing(version, to=member, key="birthday:2026", channel="sms"),
        outgoing(version, to=member, key="birthday:2026", values={"what": "cake"}),
        outgoing(version, to=member, key="birthday:2026", priority=1),
    ):
        with pytest.raises(IdempotencyConflict), transaction.atomic():
            messaging_services.send_message(message=other, at=NOON)
    assert Message.objects.count() == 1


def test_many_at_once_are_all_there_or_none() -> None:
    version = template()
    good = [outgoing(version) for _ in range(3)]

    with pytest.raises(MessageRefused), transaction.atomic():
        messaging_services.send_messages(
            messages=[*good, outgoing(version, values={})], at=NOON
        )
    assert not Message.objects.exists()
    written = messaging_services.send_messages(messages=[*good, good[0]], at=NOON)

    assert [message.key for message in written] == [
        *(one.key for one in good),
        good[0].key,
    ]
    assert Message.objects.count() == 3


def test_many_at_once_take_no_more_statements_than_few(
    django_assert_max_num_queries: Any,
) -> None:
    version = template()
    many = [outgoing(version) for _ in range(40)]

    with django_assert_max_num_queries(6):
        messaging_services.send_messages(messages=many, at=NOON)


def test_an_address_and_a_code_are_kept_encrypted_and_nowhere_else() -> None:
    version = template(values={"what": "secret"})
    message = sent(
        version, address="+8613800001234", channel="sms", values={"what": "482913"}
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM messaging_message m")
        (whole,) = cursor.fetchone()
    assert "13800001234" not in whole
    assert "482913" not in whole
    assert message.address_hint == "+86 138 **** 1234"
    assert decrypt(message.sealed_address) == "+8613800001234"
    assert decrypt_values(message.sealed_values) == {"what": "482913"}
    assert message.address_digest == address_digest("sms", "+8613800001234")
    for wrong in (
        "UPDATE messaging_message SET sealed_values = '482913'",
        "UPDATE messaging_message SET sealed_address = '+8613800001234'",
    ):
        with pytest.raises(IntegrityError):
            execute(wrong)


def test_what_was_encrypted_with_a_former_key_still_opens(settings: Any) -> None:
    version = template(values={"what": "secret"})
    message = sent(version, address="a@example.com", values={"what": "482913"})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 50

    assert decrypt_values(message.sealed_values) == {"what": "482913"}
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(DomainError, match="key that is not known"):
        decrypt(message.sealed_address)


@pytest.mark.parametrize(
    "options",
    [
        {"values": {}},
        {"values": {"what": "tea", "more": "x"}},
        {"values": {"what": 3}},
        {"values": {"what": "x" * 501}},
        {"values": {"what": "a\x00"}},
        {"channel": "pigeon"},
        {"language": "tlh"},
        {"key": ""},
        {"key": "x" * 161},
        {"key": "a\nb"},
        {"priority": 101},
        {"expires_at": NOON},
        {"not_before": NOON + 2 * HOUR, "expires_at": NOON + HOUR},
        {"address": "nobody"},
        {"address": "a@b.c\nBcc: d@e.f"},
        {"address": "12 34", "channel": "sms"},
        {"address": "١٢٣٤٥٦٧٨", "channel": "sms"},
        {"address": "x", "channel": "inbox"},
        {"address": "a@example.com", "member_id": 1},
        {"member_id": None},
    ],
)
def test_what_could_never_arrive_is_refused(options: dict[str, Any]) -> None:
    version = template()

    with pytest.raises(MessageRefused) as refusal, transaction.atomic():
        sent(version, **options)

    assert str(refusal.value)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", 3, "3"),
        ("number", -(10**15), 10**15 + 1),
        ("money", 120_00, True),
        ("date", NOON.date(), NOON),
        ("moment", NOON, NOON.replace(tzinfo=None)),
        ("link", "https://example.com/a", "javascript:alert(1)"),
        ("secret", "482913", 482913),
    ],
)
def test_a_value_is_of_the_kind_that_the_template_asks_for(
    kind: str, good: Any, bad: Any
) -> None:
    version = template(values={"what": kind})

    with pytest.raises(MessageRefused), transaction.atomic():
        sent(version, values={"what": bad})
    assert not Message.objects.exists()
    assert sent(version, values={"what": good}).state == "waiting"


def test_unknown_templates_channels_and_members_are_refused() -> None:
    version = template("email")

    with pytest.raises(MessageTemplateUnknown), transaction.atomic():
        sent(version, template="nothing")
    with pytest.raises(ChannelWithoutWords), transaction.atomic():
        sent(version, channel="sms")
    with pytest.raises(MemberUnknown), transaction.atomic():
        sent(version, member_id=10**9)
    messaging_services.set_template_in_use(
        template_id=version.template_id, is_active=False, by=an_act(), at=NOON
    )
    with pytest.raises(MessageTemplateUnknown), transaction.atomic():
        sent(version)
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_key_one_is_written() -> None:
    version = template()
    wanted = outgoing(version)

    outcomes = race(
        lambda _: messaging_services.send_message(message=wanted, at=NOON).pk
    )

    assert len(set(answers(outcomes))) == 1
    assert len(answers(outcomes)) == RUNNERS
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "state = 'delivered', due_at = NULL, accepted_at = now()",
        "key = 'other'",
        "purpose = 'marketing'",
        "channel = 'sms'",
        "member_id = NULL, sealed_address = 'gAAAA'",
    ],
)
def test_a_message_leaves_its_graph_by_no_statement(change: str) -> None:
    message = sent(template())

    with pytest.raises(DatabaseError, match="a message"):
        execute(f"UPDATE messaging_message SET {change} WHERE id = %s", message.pk)


def test_words_and_news_are_written_once() -> None:
    message = sent(template())
    MessageEvent.objects.create(message=message, kind="opened", at=NOON)
    for table in (
        "messaging_messagetemplateversion",
        "messaging_messagetext",
        "messaging_messageevent",
    ):
        for change in ("UPDATE {0} SET id = id", "DELETE FROM {0}"):
            with pytest.raises(DatabaseError):
                execute(change.format(table))


def test_merging_exporting_and_erasing_reach_what_was_written() -> None:
    part, act = MessagingPart(), an_act()
    version = template(values={"what": "text", "code": "secret"})
    one, other = a_member(), a_member()
    message = sent(version, to=one, values={"what": "noodles", "code": "482913"})

    part.move(source_id=one.pk, target_id=other.pk, by=act, at=NOON, key="merge")
    kept = part.export(member_id=other.pk)
    assert kept["messages"][0]["values"] == {"what": "noodles"}
    assert "482913" not in str(kept)
    assert part.held(member_id=other.pk, at=NOON) == []
    part.forget(member_id=other.pk, by=act, at=NOON)

    message.refresh_from_db()
    assert (message.state, message.reason, message.due_at) == ("dropped", "gone", None)
    assert (message.values, message.sealed_values) == ({}, "")
