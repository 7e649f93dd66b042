"""From the row to the receiver: at least once, by one courier at a time."""

import threading
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from standardwebhooks import Webhook

from outbox import courier, tasks
from outbox import selectors as outbox_selectors
from outbox import services as outbox_services
from outbox.kinds import EventKind
from outbox.messages import Outcome, Parcel
from outbox.models import Delivery, Event, WebhookEndpoint
from outbox.sealing import unseal
from outbox.services.endpoints import LEASE
from outbox.services.relay import FAN_OUT, GIVEN_UP_AFTER, REST
from stores.models import AuditEvent
from tests.factories.outbox import NOON, EndpointFactory, happened, on_its_way
from tests.factories.stores import StoreFactory
from tests.ledger.racing import answers, race
from tests.outbox.receiver import Receiver
from tests.patience import PATIENCE

Status = Delivery.Status


def take(endpoint: WebhookEndpoint, at: Any = NOON, most: int = 50) -> list[Parcel]:
    return outbox_services.take_up(endpoint_id=endpoint.pk, at=at, most=most)


def answered(
    endpoint: WebhookEndpoint, status: int | None, *, at: Any = NOON
) -> list[Parcel]:
    """Take up what is due and have it answered so."""
    parcels = take(endpoint, at)
    outbox_services.settle(
        endpoint_id=endpoint.pk,
        outcomes=[
            Outcome(
                parcel, status=status, problem="" if status == 200 else "connection"
            )
            for parcel in parcels
        ],
        at=at,
    )
    return parcels


@pytest.mark.django_db(transaction=True)
def test_each_event_goes_to_whoever_wants_it() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    office = EndpointFactory.create()
    own = EndpointFactory.create(store=here)
    members_only = EndpointFactory.create(kinds=[EventKind.MEMBER_ENROLLED])
    EndpointFactory.create(
        is_enabled=False, disabled_at=NOON, disabled_reason="by_hand"
    )
    events = {
        "here": happened(store=here),
        "there": happened(store=there),
        "nowhere": happened(EventKind.MEMBER_ENROLLED),
    }
    assert outbox_services.fan_out(at=NOON, most=100) == 3

    found = set(Delivery.objects.values_list("event_id", "endpoint_id"))
    assert found == {
        (events["here"].pk, office.pk),
        (events["there"].pk, office.pk),
        (events["nowhere"].pk, office.pk),
        (events["here"].pk, own.pk),
        (events["nowhere"].pk, members_only.pk),
    }
    assert not Event.objects.filter(relayed_at=None).exists()
    assert outbox_services.fan_out(at=NOON, most=100) == 0


@pytest.mark.django_db(transaction=True)
def test_what_nobody_wants_is_passed_on_to_nobody() -> None:
    happened()
    assert outbox_services.fan_out(at=NOON, most=100) == 1
    assert not Delivery.objects.exists()
    EndpointFactory.create()
    assert outbox_services.fan_out(at=NOON, most=100) == 0
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_not_passed_on() -> None:
    """And does not hold up what is."""
    endpoint = EndpointFactory.create()
    done, written = threading.Event(), threading.Event()

    def work(number: int) -> int:
        if number == 0:
            with transaction.atomic():
                happened(subject="slow")
                written.set()
                done.wait(PATIENCE)
            return 0
        written.wait(PATIENCE)
        try:
            happened(subject="quick")
            return outbox_services.fan_out(at=NOON, most=10)
        finally:
            done.set()

    assert race(work, runners=2) == [0, 1]
    assert [d.event.subject for d in endpoint.deliveries.all()] == ["quick"]
    assert outbox_services.fan_out(at=NOON, most=10) == 1


@pytest.mark.django_db(transaction=True)
def test_it_arrives_and_is_verified(receiver: Receiver) -> None:
    store = StoreFactory.create(code="BUND")
    endpoint = EndpointFactory.create(url=receiver.url)
    event = happened(subject="t-1", store=store)
    outbox_services.fan_out(at=NOON, most=10)

    assert tasks.deliver_to(endpoint_id=endpoint.pk) == 1

    ((headers, body),) = receiver.arrived
    assert headers["webhook-id"] == str(event.pk)
    message = Webhook(unseal(endpoint.sealed_secret)).verify(body, headers)
    assert message == {
        "type": "top_up.made",
        "timestamp": NOON.isoformat(),
        "data": {"id": "t-1", "store": "BUND", "amount": 100_00},
    }
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.last_status) == (
        Status.DELIVERED,
        1,
        204,
    )
    assert tasks.deliver_to(endpoint_id=endpoint.pk) == 0
    assert len(receiver.arrived) == 1
    endpoint.refresh_from_db()
    assert endpoint.last_success_at is not None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_it_is_on_the_wire(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = EndpointFactory.create(url=receiver.url)
    on_its_way(endpoint)
    open_meanwhile: list[bool] = []
    carry = courier.carry

    def watched(parcels: list[Parcel]) -> list[Outcome]:
        open_meanwhile.append(transaction.get_connection().in_atomic_block)
        return carry(parcels)

    monkeypatch.setattr(courier, "carry", watched)
    assert tasks.deliver_to(endpoint_id=endpoint.pk) == 1
    assert open_meanwhile == [False]


class Killed(BaseException):
    """The worker is gone, in the middle of it."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cut", ["before sending", "after sending"])
def test_killed_in_the_middle_it_goes_again_under_the_same_number(
    cut: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = EndpointFactory.create(url=receiver.url)
    delivery = on_its_way(endpoint)
    carry = courier.carry

    def dies(parcels: list[Parcel]) -> list[Outcome]:
        if cut == "after sending":
            carry(parcels)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(courier, "carry", dies)
        with pytest.raises(Killed):
            tasks.deliver_to(endpoint_id=endpoint.pk)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (Status.PENDING, 1)
    assert delivery.last_at is not None
    # Until the lease runs out it is in hand, whoever asks.
    assert take(endpoint, delivery.last_at + LEASE - timedelta(seconds=1)) == []
    after = delivery.last_at + LEASE
    assert outbox_services.endpoints_due(at=after) == [endpoint.pk]
    again = take(endpoint, after)
    outbox_services.settle(endpoint_id=endpoint.pk, outcomes=carry(again), at=after)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (Status.DELIVERED, 2)
    sent = [headers["webhook-id"] for headers, _body in receiver.arrived]
    assert sent == [str(delivery.event_id)] * (1 if cut == "before sending" else 2)
    assert len({body for _headers, body in receiver.arrived}) == 1


@pytest.mark.django_db(transaction=True)
def test_killed_between_passing_on_and_delivering_nothing_is_lost() -> None:
    endpoint = EndpointFactory.create()
    happened()
    with pytest.raises(Killed):
        _fan_out_and_die()
    assert Event.objects.filter(relayed_at=None).count() == 1
    assert not Delivery.objects.exists()
    outbox_services.fan_out(at=NOON, most=10)
    assert len(take(endpoint)) == 1


@transaction.atomic
def _fan_out_and_die() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FAN_OUT, {"most": 10, "at": NOON})
        assert cursor.rowcount == 1
    raise Killed


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_or_was_emptied_loses_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = EndpointFactory.create(url=receiver.url)
    happened()

    def away(**_call: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.deliver_to, "apply_async", away)
    assert tasks.relay_events() == 1
    called: list[int] = []
    monkeypatch.setattr(
        tasks.deliver_to,
        "apply_async",
        lambda *, kwargs, **_more: called.append(kwargs["endpoint_id"]),
    )
    # The broker is back; what it was told meanwhile is lost, twice over.
    assert tasks.relay_events() == 0
    assert tasks.relay_events() == 0
    assert called == [endpoint.pk] * 2
    assert tasks.deliver_to(endpoint_id=called[0]) == 1
    assert len(receiver.arrived) == 1
    assert tasks.relay_events() == 0
    assert len(called) == 2, "nothing is due, so nobody is called"


@pytest.mark.django_db(transaction=True)
def test_twenty_relays_at_once_pass_each_event_on_once() -> None:
    endpoints = [EndpointFactory.create() for _ in range(2)]
    for number in range(60):
        happened(subject=str(number))

    outcomes = race(lambda _n: outbox_services.fan_out(at=NOON, most=7), runners=20)
    passed_on = sum(answers(outcomes)) + outbox_services.fan_out(at=NOON, most=100)

    assert len(answers(outcomes)) == 20, outcomes
    assert passed_on == 60
    assert Delivery.objects.count() == 120
    for endpoint in endpoints:
        assert endpoint.deliveries.values("event").distinct().count() == 60


@pytest.mark.django_db(transaction=True)
def test_twenty_couriers_at_once_take_each_message_once() -> None:
    endpoint = EndpointFactory.create()
    for number in range(60):
        happened(subject=str(number))
    outbox_services.fan_out(at=NOON, most=100)

    outcomes = race(lambda _n: take(endpoint, most=5), runners=20)
    taken = Counter(
        parcel.delivery_id for parcels in answers(outcomes) for parcel in parcels
    )
    taken.update(parcel.delivery_id for parcel in take(endpoint, most=100))

    assert len(answers(outcomes)) == 20, outcomes
    assert len(taken) == 60
    assert set(taken.values()) == {1}
    assert take(endpoint) == []


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_at_once_deliver_each_message_once(receiver: Receiver) -> None:
    endpoint = EndpointFactory.create(url=receiver.url)
    for number in range(40):
        happened(subject=str(number))
    outbox_services.fan_out(at=NOON, most=100)

    outcomes = race(lambda _n: tasks.deliver_to(endpoint_id=endpoint.pk))

    assert sum(answers(outcomes)) == 40
    numbers = Counter(headers["webhook-id"] for headers, _ in receiver.arrived)
    assert len(numbers) == 40
    assert set(numbers.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_without_the_lease_two_would_carry_the_same() -> None:
    """The negative of the two above: it is the lease that keeps the second away."""
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    assert len(take(endpoint)) == 1
    assert take(endpoint) == []
    Delivery.objects.update(next_at=NOON)
    assert [parcel.delivery_id for parcel in take(endpoint)] == [delivery.pk]


@pytest.mark.django_db(transaction=True)
def test_what_does_not_arrive_is_tried_for_three_days_and_then_given_up() -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    at, tries = NOON, []
    while delivery.status == Status.PENDING:
        (parcel,) = answered(endpoint, 500, at=at)
        tries.append(at)
        assert parcel.message_id == str(delivery.event_id)
        delivery.refresh_from_db()
        WebhookEndpoint.objects.update(rest_until=None)
        at = delivery.next_at or at
    assert delivery.status == Status.FAILED
    assert (delivery.attempts, delivery.last_status) == (14, 500)
    assert timedelta(days=2.4) < tries[-1] - tries[0] < timedelta(days=3.8)
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert timedelta(seconds=8) <= pauses[0] <= timedelta(seconds=12)
    assert pauses[2] > pauses[1] > pauses[0]
    assert take(endpoint, at + timedelta(days=30)) == []
    endpoint.refresh_from_db()
    assert endpoint.is_enabled, "one message alone switches nothing off"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_is_asked_with_one_message_after_a_rest() -> None:
    endpoint = EndpointFactory.create()
    for _ in range(5):
        happened()
    outbox_services.fan_out(at=NOON, most=10)
    assert len(answered(endpoint, None)) == 5
    assert outbox_services.endpoints_due(at=NOON + REST / 2) == []
    later = NOON + REST
    assert len(answered(endpoint, None, at=later)) == 1
    assert take(endpoint, later + REST / 2) == []
    later += REST
    assert len(answered(endpoint, 200, at=later)) == 1
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert len(answered(endpoint, 200, at=later + timedelta(minutes=1))) == 4


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_asks_for_a_pause_gets_it() -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    outbox_services.settle(
        endpoint_id=endpoint.pk,
        outcomes=[
            Outcome(
                parcel, status=503, problem="status", retry_after=timedelta(minutes=20)
            )
            for parcel in take(endpoint)
        ],
        at=NOON,
    )
    delivery.refresh_from_db()
    assert delivery.next_at == NOON + timedelta(minutes=20)


@pytest.mark.django_db(transaction=True)
def test_gone_is_gone() -> None:
    endpoint = EndpointFactory.create()
    on_its_way(endpoint)
    answered(endpoint, 410)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "gone")
    assert Delivery.objects.get().status == Status.FAILED
    logged = AuditEvent.objects.get()
    assert logged.act == "outbox.endpoint_switched_off"
    assert logged.facts["reason"] == "gone"
    happened()
    outbox_services.fan_out(at=NOON, most=10)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_that_fails_for_days_is_switched_off_and_says_why() -> None:
    endpoint = EndpointFactory.create()
    on_its_way(endpoint)
    answered(endpoint, None)
    later = NOON + GIVEN_UP_AFTER - timedelta(minutes=1)
    on_its_way(endpoint, at=later)
    answered(endpoint, None, at=later)
    endpoint.refresh_from_db()
    assert endpoint.is_enabled
    assert endpoint.failing_since == NOON
    later = NOON + GIVEN_UP_AFTER
    on_its_way(endpoint, at=later)
    answered(endpoint, None, at=later + REST)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "failing")
    assert take(endpoint, later + timedelta(days=1)) == []

    waiting = Delivery.objects.filter(status=Status.PENDING).count()
    assert waiting
    assert tasks.look_after_webhooks() == waiting
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.FAILED}
    assert Delivery.objects.filter(problem="disabled").count() == waiting


@pytest.mark.django_db(transaction=True)
def test_a_late_word_of_failure_changes_nothing_and_of_success_counts() -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    (slow,) = take(endpoint)
    (quick,) = take(endpoint, NOON + LEASE)
    delivery.refresh_from_db()
    before = delivery.next_at

    def says(parcel: Parcel, status: int) -> None:
        outbox_services.settle(
            endpoint_id=endpoint.pk,
            outcomes=[Outcome(parcel, status=status, problem="")],
            at=NOON + LEASE,
        )
        delivery.refresh_from_db()

    says(slow, 500)
    assert (delivery.status, delivery.next_at) == (Status.PENDING, before)
    says(slow, 200)
    assert delivery.status == Status.DELIVERED
    says(quick, 500)
    assert delivery.status == Status.DELIVERED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "https://127.0.0.1/"}, "address"),
        ({"sealed_secret": "gAAAA-of-another-key"}, "secret"),
    ],
)
def test_what_cannot_be_sent_is_a_failed_try(
    change: dict[str, str], problem: str, settings: Any
) -> None:
    """An address that came in by another way, or a key that was lost."""
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    WebhookEndpoint.objects.update(**change)
    assert tasks.deliver_to(endpoint_id=endpoint.pk) == 0
    delivery.refresh_from_db()
    assert (delivery.status, delivery.problem) == (Status.PENDING, problem)
    assert delivery.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_one_endpoint_that_fails_holds_up_no_other() -> None:
    bad, good = EndpointFactory.create(), EndpointFactory.create()
    for _ in range(3):
        happened()
    outbox_services.fan_out(at=NOON, most=10)
    answered(bad, None)
    assert len(answered(good, 200)) == 3
    assert good.deliveries.filter(status=Status.DELIVERED).count() == 3
    assert bad.deliveries.filter(status=Status.PENDING).count() == 3


@pytest.mark.django_db(transaction=True)
def test_how_far_behind_it_is() -> None:
    empty = outbox_selectors.backlog(at=NOON)
    assert (empty.age, empty.pending, empty.failed) == (0.0, 0, 0)
    event = happened()
    behind = outbox_selectors.backlog(at=event.recorded_at + timedelta(seconds=90))
    assert behind.age == 90.0
    endpoint = EndpointFactory.create()
    outbox_services.fan_out(at=NOON, most=10)
    behind = outbox_selectors.backlog(at=event.recorded_at + timedelta(seconds=90))
    assert (behind.age, behind.pending, behind.failed) == (0.0, 1, 0)
    answered(endpoint, 410)
    behind = outbox_selectors.backlog(at=NOON)
    assert (behind.pending, behind.failed) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_is_due_when_its_message_is() -> None:
    endpoint = EndpointFactory.create()
    on_its_way(endpoint)
    before = NOON - timedelta(seconds=1)
    assert outbox_services.endpoints_due(at=before) == []
    assert outbox_services.endpoints_due(at=NOON) == [endpoint.pk]


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_is_given_up_to_the_second() -> None:
    given_up, tried = EndpointFactory.create(), EndpointFactory.create()
    on_its_way(given_up)
    for endpoint, after in (
        (given_up, GIVEN_UP_AFTER),
        (tried, GIVEN_UP_AFTER - timedelta(seconds=1)),
    ):
        answered(endpoint, None)
        assert len(answered(endpoint, None, at=NOON + after)) == 1
        endpoint.refresh_from_db()
    assert (given_up.is_enabled, tried.is_enabled) == (False, True)
