"""What is due leaves once: looked at anew, and not to whom it must not go."""

from typing import Any

import pytest
import time_machine
from django.core import mail

from common.mail import NOT_SET_UP
from members import services as members_services
from members.models import Member, Purpose
from messaging import services as messaging_services
from messaging import tasks
from messaging.encryption import address_digest
from messaging.models import Message, Suppression
from tests.factories.members import by_themselves
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import answers, race
from tests.messaging.at_work import (
    DAY,
    HOUR,
    MINUTE,
    agreed,
    news_of,
    now_of,
    offer,
    tick,
)
from tests.messaging.carriers import (
    REFUSED,
    FakeCarrier,
    carrier,
)

__all__ = ["carrier"]
pytestmark = pytest.mark.django_db


def test_a_letter_leaves_once_it_is_due_with_its_code_and_the_code_is_gone() -> None:
    version = template("email", values={"what": "secret"})
    message = sent(
        version, address="lin@example.com", values={"what": "482913"},
        not_before=NOON + HOUR, language="en",
    )  # fmt: skip

    tick(NOON + HOUR - MINUTE)
    assert mail.outbox == []
    tick(NOON + HOUR)
    tick(NOON + HOUR + MINUTE)

    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert letter.to == ["lin@example.com"]
    assert "482913" in letter.body
    assert "482913" in str(letter.alternatives[0][0])
    reference = letter.message()["Message-ID"]
    assert reference == f"<message-{message.public_id}@localhost>"
    assert now_of(message) == ("accepted", "")
    assert (message.sealed_values, message.provider_reference) == ("", reference)
    assert news_of(message) == ["accepted"]


def test_what_is_in_the_app_is_there_at_once() -> None:
    message = sent(template("inbox"), channel="inbox")
    tick()
    assert now_of(message) == ("delivered", "")


def test_a_member_is_reached_at_what_they_gave_last(carrier: FakeCarrier) -> None:
    member = a_member()
    message = sent(template("sms", values={}, body="Hi"), to=member, channel="sms")
    Member.objects.filter(pk=member.pk).update(phone="+8613900009999")

    tick()

    assert [letter.address for letter in carrier.letters] == ["+8613900009999"]
    message.refresh_from_db()
    assert message.address_digest == address_digest("sms", "+8613900009999")


def test_what_is_due_is_seen_and_its_channels_are_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []
    monkeypatch.setattr(
        tasks.send_channel,
        "apply_async",
        lambda kwargs, **_: called.append(kwargs["channel"]),
    )
    sent(template(), channel="sms")
    sent(template(), channel="email", not_before=NOON + HOUR)

    with time_machine.travel(NOON, tick=False):
        assert tasks.send_due_messages() == 1
    assert called == ["sms"]
    assert tasks.send_channel(channel="pigeon") == 0


# --- Looked at anew -----------------------------------------------------------------
def test_who_took_their_consent_back_gets_no_offer(carrier: FakeCarrier) -> None:
    member = agreed()
    message = offer(member, not_before=NOON + HOUR)
    members_services.withdraw_consent(
        member_id=member.pk, by=by_themselves(member), at=NOON
    )
    service = sent(template("sms"), to=member, channel="sms", not_before=NOON + HOUR)

    tick(NOON + HOUR)

    assert now_of(message) == ("dropped", "consent")
    assert now_of(service) == ("accepted", "")
    assert len(carrier.letters) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"phone": None}, "address"),
        ({"status": "erased", "ended_at": NOON, "name": "", "phone": None}, "gone"),
    ],
)
def test_who_cannot_be_reached_is_not_written_to(
    carrier: FakeCarrier, fields: dict[str, Any], reason: str
) -> None:
    member = a_member(email="", language="")
    message = sent(template(), to=member, channel="sms")
    if reason == "gone":
        nobody = {"search_name": "", "search_pinyin": "", "search_initials": ""}
        fields = {**fields, **nobody, "other_pinyin": "", "other_initials": ""}
    Member.objects.filter(pk=member.pk).update(**fields)

    tick()

    assert now_of(message) == ("dropped", reason)
    assert carrier.letters == []


def test_what_comes_too_late_is_not_sent(carrier: FakeCarrier) -> None:
    message = sent(template(), channel="sms", expires_at=NOON + HOUR)
    tick(NOON + HOUR)
    assert now_of(message) == ("dropped", "expired")
    assert (carrier.letters, news_of(message)) == ([], ["dropped"])


def test_without_a_channel_nothing_is_lost_in_silence(settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": NOT_SET_UP}}
    message = sent(template("email"))
    tick()
    assert now_of(message) == ("dropped", "channel")


@pytest.mark.parametrize(
    ("is_total", "purpose", "state"),
    [
        (True, "transactional", "dropped"),
        (False, "transactional", "accepted"),
        (False, "marketing", "dropped"),
    ],
)
def test_a_suppressed_address_is_left_alone(
    carrier: FakeCarrier, *, is_total: bool, purpose: str, state: str
) -> None:
    member = agreed()
    suppression = Suppression.objects.create(
        channel="sms",
        address_digest=address_digest("sms", member.phone or ""),
        address_hint="…",
        reason="by_hand",
        is_total=is_total,
        created_at=NOON,
    )
    message = sent(template(purpose=purpose), to=member, channel="sms")
    tick()
    assert now_of(message)[0] == state

    Suppression.objects.filter(pk=suppression.pk).update(
        lifted_at=NOON, lift_reason="mistake"
    )
    after = sent(template(purpose=purpose), to=member, channel="sms")
    tick(NOON + DAY)
    assert now_of(after)[0] == "accepted"


# --- Quiet hours and caps -----------------------------------------------------------
def test_the_night_is_that_of_the_member_and_holds_offers_until_the_morning(
    carrier: FakeCarrier,
) -> None:
    # Noon in Shanghai is eleven at night in New York.
    there = StoreFactory.create(time_zone="America/New_York")
    far, near = agreed(home_store=there), agreed()
    held, goes = offer(far), offer(near)
    plain = sent(template("sms"), to=far, channel="sms")
    patient = sent(template("sms", waits_at_night=True), to=far, channel="sms")

    tick()

    assert now_of(held) == ("held", "quiet")
    assert now_of(patient) == ("held", "quiet")
    assert [now_of(one)[0] for one in (goes, plain)] == ["accepted", "accepted"]
    held.refresh_from_db()
    assert held.due_at == NOON + 10 * HOUR  # nine in the morning there
    tick(NOON + 5 * HOUR)
    assert news_of(held) == ["held"]  # told once
    tick(NOON + 10 * HOUR)
    assert now_of(held) == ("accepted", "")


def test_of_several_the_higher_priority_then_the_earlier_end_has_the_slot(
    carrier: FakeCarrier,
) -> None:
    member, version = agreed(), template(purpose=Purpose.MARKETING)
    late = offer(member, version=version, expires_at=NOON + 9 * DAY)
    soon = offer(member, version=version, expires_at=NOON + 5 * DAY)
    first = offer(member, version=version, priority=5)
    survey = sent(template(purpose=Purpose.SURVEY), to=member, channel="sms")
    service = [sent(template(), to=member, channel="sms") for _ in range(3)]

    tick()

    assert now_of(first) == ("accepted", "")
    for other in (late, soon, survey):
        assert now_of(other) == ("held", "cap")
    assert [now_of(one)[0] for one in service] == ["accepted"] * 3
    tick(NOON + DAY)
    assert (now_of(soon)[0], now_of(late)[0]) == ("accepted", "held")
    tick(NOON + 2 * DAY)
    assert now_of(late)[0] == "accepted"
    tick(NOON + 3 * DAY)  # three in seven days
    assert now_of(survey) == ("held", "cap")
    tick(NOON + 7 * DAY)
    assert now_of(survey) == ("accepted", "")


def test_what_surely_did_not_leave_takes_no_slot(carrier: FakeCarrier) -> None:
    member = agreed()
    carrier.answers = [REFUSED]
    refused = offer(member)
    tick()
    second = offer(member)
    tick(NOON + MINUTE)

    assert now_of(refused) == ("failed", "refused")
    assert now_of(second) == ("accepted", "")


@pytest.mark.django_db(transaction=True)
def test_two_who_take_up_share_the_slot_of_a_member(carrier: FakeCarrier) -> None:
    member, version = agreed(), template(purpose=Purpose.MARKETING)
    for _ in range(4):
        offer(member, version=version)

    outcomes = race(
        lambda _: messaging_services.take_up(channel="sms", at=NOON, most=1)[0],
        runners=4,
    )

    assert sum(map(len, answers(outcomes))) == 1
    assert Message.objects.filter(state="sending").count() == 1
