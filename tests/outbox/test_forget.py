"""What was told long ago goes; what was not, stays."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection

from outbox import services as outbox_services
from outbox import tasks
from outbox.models import Delivery, Event
from outbox.services.forget import KEPT_FOR, first_id_at
from tests.factories.outbox import NOON, EndpointFactory, happened

NOW = NOON + timedelta(days=200)


def written(at: datetime, *, relayed: bool = True) -> Event:
    """An event whose number says that it was recorded then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_event"
            " (id, kind, subject, occurred_at, recorded_at, payload, relayed_at)"
            " VALUES (%s, 'top_up.made', '1', %s, %s, '{}', %s) RETURNING id",
            [_number(at), at, at, at if relayed else None],
        )
        (number,) = cursor.fetchone()
    return Event.objects.get(pk=number)


def _number(at: datetime) -> str:
    return str(first_id_at(at))[:-1] + str(Event.objects.count() % 10)


@pytest.mark.django_db(transaction=True)
def test_only_what_is_old_and_done_is_forgotten() -> None:
    endpoint = EndpointFactory.create()
    old = NOW - KEPT_FOR - timedelta(minutes=1)
    plain, told, given_up, pending = (written(old) for _ in range(4))
    waiting = written(old, relayed=False)
    young = written(NOW - KEPT_FOR + timedelta(minutes=1))
    for event, fields in (
        (told, {"status": "delivered", "delivered_at": old}),
        (given_up, {"status": "failed"}),
        (pending, {"status": "pending", "next_at": NOW}),
        (young, {"status": "delivered", "delivered_at": old}),
    ):
        Delivery.objects.create(event=event, endpoint=endpoint, **fields)

    with time_machine.travel(NOW, tick=False):
        assert tasks.forget_old_events() == 3

    left = set(Event.objects.values_list("pk", flat=True))
    assert left == {pending.pk, waiting.pk, young.pk}
    assert plain.pk not in left
    assert set(Delivery.objects.values_list("event", flat=True)) == {
        pending.pk,
        young.pk,
    }
    assert outbox_services.forget_old(at=NOW, most=10) == 0


@pytest.mark.django_db(transaction=True)
def test_it_goes_piece_by_piece() -> None:
    for _ in range(5):
        written(NOON)
    assert outbox_services.forget_old(at=NOW, most=3) == 3
    assert outbox_services.forget_old(at=NOW, most=3) == 2


@pytest.mark.django_db
def test_the_number_of_an_event_begins_with_its_time() -> None:
    event = happened()
    moment = timedelta(milliseconds=2)
    assert first_id_at(event.recorded_at - moment) < event.pk
    assert event.pk < first_id_at(event.recorded_at + moment)
