"""A message in the hands of its provider: what came of it, whoever dies meanwhile."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from messaging import services as messaging_services
from messaging import tasks
from messaging.channels import SendResult, SendStatus
from messaging.models import MessageProvider
from messaging.services import RESTS, PreparedMessage
from tests.factories.messaging import sent, template
from tests.factories.stores import NOON
from tests.ledger.racing import answers, race
from tests.messaging.at_work import (
    DAY,
    HOUR,
    MINUTE,
    agreed,
    look_after,
    news_of,
    now_of,
    offer,
    tick,
)
from tests.messaging.carriers import (
    NOT_SENT,
    REFUSED,
    UNHEARD,
    UNKNOWN,
    FakeCarrier,
    carrier,
)

__all__ = ["carrier"]
pytestmark = pytest.mark.django_db


# --- What came of it ----------------------------------------------------------------
def test_a_refusal_is_the_end(carrier: FakeCarrier) -> None:
    carrier.answers = [REFUSED]
    message = sent(template(values={"what": "secret"}), channel="sms")
    tick()
    tick(NOON + DAY)
    assert now_of(message) == ("failed", "refused")
    assert (len(carrier.letters), message.sealed_values) == (1, "")


def test_what_surely_did_not_leave_is_tried_five_times(carrier: FakeCarrier) -> None:
    carrier.answers = [NOT_SENT] * 5
    message = sent(template(), channel="sms")
    for attempt in range(8):
        tick(NOON + attempt * HOUR)
    assert now_of(message) == ("failed", "tries")
    assert len(carrier.letters) == 5
    assert news_of(message) == ["again"] * 4 + ["failed"]


def test_an_offer_that_may_have_left_is_never_sent_again(carrier: FakeCarrier) -> None:
    carrier.answers = [UNKNOWN]
    message = offer(agreed())
    tick()
    for hour in range(1, 30):
        look_after(NOON + hour * HOUR)
        tick(NOON + hour * HOUR)
    assert now_of(message) == ("unknown", "silent")
    assert (len(carrier.letters), message.due_at) == (1, None)


def test_service_that_may_have_left_is_sent_once_more_after_ten_minutes(
    carrier: FakeCarrier,
) -> None:
    carrier.answers = [ConnectionResetError(), UNKNOWN]
    message = sent(template(values={"what": "secret"}), channel="sms")
    tick()
    assert now_of(message) == ("unknown", "")
    look_after(NOON + 9 * MINUTE)
    tick(NOON + 9 * MINUTE)
    assert len(carrier.letters) == 1
    look_after(NOON + 10 * MINUTE)
    tick(NOON + 10 * MINUTE)
    assert len(carrier.letters) == 2
    assert carrier.letters[0] == carrier.letters[1]  # under the same number
    for hour in range(1, 30):
        look_after(NOON + hour * HOUR)
        tick(NOON + hour * HOUR)

    assert len(carrier.letters) == 2
    assert now_of(message) == ("unknown", "silent")
    assert (message.sent_twice, message.sealed_values) == (True, "")


@pytest.mark.parametrize("purpose", ["transactional", "marketing"])
def test_a_provider_that_can_be_asked_is_asked_before_anything_goes_again(
    carrier: FakeCarrier, purpose: str
) -> None:
    carrier.capabilities = FakeCarrier(can_be_asked=True).capabilities
    carrier.answers = [UNKNOWN, UNKNOWN]
    message = sent(template(purpose=purpose), to=agreed(), channel="sms")
    tick()
    look_after(NOON + 10 * MINUTE)  # it does not say
    tick(NOON + 10 * MINUTE)
    assert (len(carrier.letters), carrier.asked) == (1, [message.public_id])

    carrier.knows = UNHEARD  # it surely never had it
    look_after(NOON + 20 * MINUTE)
    tick(NOON + 20 * MINUTE)
    assert (len(carrier.letters), now_of(message)[0]) == (2, "unknown")

    carrier.knows = carrier.knows.__class__(fate="delivered", reference="r-2")  # type: ignore[arg-type]  # as JSON has it
    look_after(NOON + 30 * MINUTE)
    tick(NOON + 30 * MINUTE)
    assert (len(carrier.letters), now_of(message)[0]) == (2, "delivered")
    assert message.provider_reference == "r-2"


def test_a_provider_that_never_says_is_asked_for_a_day(carrier: FakeCarrier) -> None:
    carrier.capabilities = FakeCarrier(can_be_asked=True).capabilities
    carrier.answers = [UNKNOWN]
    message = sent(template(), channel="sms")
    tick()
    for hour in range(1, 30):
        look_after(NOON + hour * HOUR)
    assert now_of(message) == ("unknown", "silent")
    assert len(carrier.asked) == 24


# --- Whoever dies in the middle -----------------------------------------------------
def test_a_worker_that_dies_before_the_handing_over_loses_nothing(
    carrier: FakeCarrier,
) -> None:
    message = sent(template(), channel="sms")
    (taken,), _ = messaging_services.take_up(channel="sms", at=NOON, most=9)
    (parcel,) = messaging_services.prepare(taken=[taken], brand="x", at=NOON)

    look_after(NOON + 4 * MINUTE)
    assert now_of(message)[0] == "sending"
    look_after(NOON + 5 * MINUTE)
    assert (now_of(message)[0], message.attempts) == ("waiting", 0)
    # It was only asleep, and comes too late.
    assert messaging_services.begin(parcel, at=NOON + 5 * MINUTE) == -1
    tick(NOON + 5 * MINUTE)
    assert (now_of(message)[0], len(carrier.letters)) == ("accepted", 1)


def test_only_whoever_sent_it_last_says_that_it_was_taken(
    carrier: FakeCarrier,
) -> None:
    message = sent(template(), channel="sms")
    (taken,), _ = messaging_services.take_up(channel="sms", at=NOON, most=9)
    (parcel,) = messaging_services.prepare(taken=[taken], brand="x", at=NOON)
    assert messaging_services.begin(parcel, at=NOON) == 0
    accepted = SendResult(SendStatus.ACCEPTED, reference="r1")
    earlier = replace(parcel, attempt=parcel.attempt - 1)

    assert not messaging_services.settle_accepted(earlier, accepted, NOON)
    assert now_of(message)[0] == "sending"
    assert messaging_services.settle_accepted(parcel, accepted, NOON)
    assert not messaging_services.settle_accepted(parcel, accepted, NOON)

    message.refresh_from_db()
    assert (message.state, message.provider_reference) == ("accepted", "r1")
    assert (message.accepted_at, message.due_at) == (NOON, None)
    assert [event.kind for event in message.events.all()] == ["accepted"]


def test_a_worker_that_dies_after_it_leaves_what_nobody_knows(
    carrier: FakeCarrier,
) -> None:
    message = offer(agreed())
    (taken,), _ = messaging_services.take_up(channel="sms", at=NOON, most=9)
    (parcel,) = messaging_services.prepare(taken=[taken], brand="x", at=NOON)
    assert messaging_services.begin(parcel, at=NOON) == 0
    assert messaging_services.begin(parcel, at=NOON) == -1  # once

    look_after(NOON + 2 * MINUTE)
    for hour in range(30):
        tick(NOON + hour * HOUR)
        look_after(NOON + hour * HOUR)
    assert now_of(message) == ("unknown", "silent")
    assert carrier.letters == []


def test_a_worker_that_dies_between_two_leaves_one_that_nobody_knows(
    carrier: FakeCarrier,
) -> None:
    messages = [offer(agreed()) for _ in range(3)]
    taken, _ = messaging_services.take_up(channel="sms", at=NOON, most=9)
    parcels = messaging_services.prepare(taken=taken, brand="x", at=NOON)
    line = tasks.ProviderLine(until=float("inf"))
    with time_machine.travel(NOON, tick=False):
        assert line.send(parcels[0])
        assert line.send(parcels[1])
    # It dies here: the second was taken, and that is not written down yet.

    assert [now_of(message)[0] for message in messages] == [
        "accepted", "sending", "sending",
    ]  # fmt: skip
    look_after(NOON + 6 * MINUTE)
    assert [now_of(message)[0] for message in messages] == [
        "accepted", "unknown", "waiting",
    ]  # fmt: skip
    tick(NOON + 7 * MINUTE)
    assert now_of(messages[2])[0] == "accepted"
    sent_ids = [letter.public_id for letter in carrier.letters]
    assert sent_ids == [message.public_id for message in messages]


def test_what_was_taken_is_written_down_though_the_next_one_cannot_begin(
    carrier: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = template("sms")
    messages = [sent(version, channel="sms") for _ in range(2)]
    begin = messaging_services.begin

    def begin_once(parcel: PreparedMessage, **options: Any) -> float:
        if carrier.letters:
            raise ConnectionError
        return begin(parcel, **options)

    monkeypatch.setattr(messaging_services, "begin", begin_once)
    with pytest.raises(ConnectionError):
        tick(NOON, "sms")

    assert [now_of(message)[0] for message in messages] == ["accepted", "sending"]
    assert len(carrier.letters) == 1


def test_a_worker_taken_to_be_dead_still_tells_what_it_knows(
    carrier: FakeCarrier,
) -> None:
    message = sent(template(), channel="sms")
    carrier.meanwhile = lambda: messaging_services.find_lost(at=NOON + 2 * MINUTE)
    tick()

    assert now_of(message)[0] == "accepted"
    assert news_of(message) == ["unknown", "accepted"]
    look_after(NOON + HOUR)
    tick(NOON + HOUR)
    assert len(carrier.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_senders_each_message_is_handed_over_once(
    carrier: FakeCarrier,
) -> None:
    version = template("sms")
    messages = [sent(version, channel="sms") for _ in range(12)]

    def send(_: int) -> list[int]:
        handed: list[int] = []
        while True:
            taken, looked_at = messaging_services.take_up(
                channel="sms", at=NOON, most=3
            )
            if not looked_at:
                return handed
            for one in messaging_services.prepare(taken=taken, brand="x", at=NOON):
                assert tasks.send_each([one], until=float("inf")) == 1
                handed.append(one.message.pk)

    with time_machine.travel(NOON, tick=False):
        outcomes = race(send, runners=4)

    handed = [pk for found in answers(outcomes) for pk in found]
    assert sorted(handed) == sorted(message.pk for message in messages)
    assert len({letter.public_id for letter in carrier.letters}) == 12
    assert len(carrier.letters) == 12


# --- Providers ----------------------------------------------------------------------
def test_a_provider_that_fails_five_times_in_a_row_rests(carrier: FakeCarrier) -> None:
    version = template("sms")
    carrier.answers = [NOT_SENT] * 5
    messages = [sent(version, channel="sms") for _ in range(8)]

    tick()

    assert len(carrier.letters) == 5
    provider = MessageProvider.objects.get(code="fake")
    assert (provider.failures, provider.rests_until) == (5, NOON + MINUTE / 2)
    assert [now_of(message)[0] for message in messages] == ["waiting"] * 8
    tick(NOON + MINUTE / 3)
    assert len(carrier.letters) == 5
    tick(NOON + 2 * MINUTE)
    assert len(carrier.letters) == 13
    provider.refresh_from_db()
    assert (provider.failures, provider.rests_until) == (0, None)


def test_never_more_than_the_provider_takes_in_a_second(carrier: FakeCarrier) -> None:
    MessageProvider.objects.create(code="fake", per_second=5)
    version, begun = template("sms"), []
    for _ in range(30):
        sent(version, channel="sms")
    taken, _ = messaging_services.take_up(channel="sms", at=NOON, most=30)
    at = NOON
    for parcel in messaging_services.prepare(taken=taken, brand="x", at=NOON):
        while (wait := messaging_services.begin(parcel, at=NOON, clock=at)) != 0:
            assert 0 < wait <= 0.2
            at += timedelta(seconds=wait)
        begun.append(at)

    seconds = [
        sum(start <= one < start + timedelta(seconds=1) for one in begun)
        for start in begun
    ]
    assert max(seconds) <= 6
    assert begun[-1] - begun[0] == timedelta(seconds=29 / 5)


def test_no_more_at_the_same_time_than_the_provider_takes(
    carrier: FakeCarrier,
) -> None:
    MessageProvider.objects.create(code="fake", concurrency=2)
    version = template("sms")
    for _ in range(3):
        sent(version, channel="sms")
    taken, _ = messaging_services.take_up(channel="sms", at=NOON, most=9)
    parcels = messaging_services.prepare(taken=taken, brand="x", at=NOON)
    answers_ = [messaging_services.begin(one, at=NOON) for one in parcels]
    assert answers_ == [0, 0, RESTS]
    messaging_services.settle(
        message_id=taken[0].message_id, attempt=1, outcome=UNHEARD, at=NOON
    )
    assert messaging_services.begin(parcels[2], at=NOON) == 0


def test_a_sender_whose_time_is_over_gives_back_what_it_took(
    carrier: FakeCarrier,
) -> None:
    MessageProvider.objects.create(
        code="fake", per_second=1, next_at=now() + timedelta(days=1)
    )
    version = template("sms")
    messages = [sent(version, channel="sms") for _ in range(3)]

    with time_machine.travel(NOON, tick=False):
        assert tasks.send_in_a_row("sms", seconds=60) == 0
    assert [now_of(message)[0] for message in messages] == ["waiting"] * 3
    assert [message.attempts for message in messages] == [0, 0, 0]
    assert carrier.letters == []
