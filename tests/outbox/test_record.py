"""An event is there if and only if the change that it tells of was committed."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from outbox import services as outbox_services
from outbox.kinds import EventKind
from outbox.models import Event
from tests.factories.stores import StoreFactory
from tests.ledger.racing import beside

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def record(subject: str = "m-1", *, store_id: int | None = None) -> None:
    outbox_services.record(
        kind=EventKind.MEMBER_ENROLLED,
        subject=subject,
        store_id=store_id,
        payload={"referred": True},
        at=NOON,
    )


@pytest.mark.django_db
def test_an_event_is_one_insert(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store = StoreFactory.create()
    with django_assert_num_queries(1):
        record(store_id=store.pk)
    event = Event.objects.get()
    assert (event.kind, event.subject) == ("member.enrolled", "m-1")
    assert (event.store_id, event.occurred_at) == (store.pk, NOON)
    assert event.payload == {"referred": True}
    assert event.relayed_at is None
    assert event.recorded_at > NOON
    assert event.id.version == 7


@pytest.mark.django_db
def test_its_number_is_told() -> None:
    told = outbox_services.record(
        kind=EventKind.TOP_UP_MADE, subject="1", store_id=None, payload={}, at=NOON
    )
    assert Event.objects.get().pk == told


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_tells_nobody() -> None:
    class Refused(Exception):
        pass

    with pytest.raises(Refused), transaction.atomic():  # noqa: PT012 (both belong in)
        record()
        raise Refused
    assert not Event.objects.exists()
    seen: list[int] = []
    with transaction.atomic():
        record()
        with beside(lambda: seen.append(Event.objects.count())):
            pass
    assert seen == [0], "told before it happened"
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_only_what_the_catalogue_knows_is_recorded() -> None:
    with pytest.raises(ValueError, match="vanished"):
        outbox_services.record(
            kind="member.vanished",  # type: ignore[arg-type]  # on purpose
            subject="1",
            store_id=None,
            payload={},
            at=NOON,
        )
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("Sale Captured", "{}"),
        ("sale", "{}"),
        ("", "{}"),
        ("sale.captured", "[]"),
        ("sale.captured", '"words"'),
        ("sale.captured", '{"long": "' + "x" * 4000 + '"}'),
    ],
)
def test_the_database_refuses_what_is_no_event(kind: str, payload: str) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT outbox_record(%s::text, '1'::text, NULL, %s::jsonb, %s)",
            [kind, payload, NOON],
        )
    assert not Event.objects.exists()


ATTACKS = [
    "UPDATE outbox_event SET payload = '{}'",
    "UPDATE outbox_event SET subject = 'other'",
    "UPDATE outbox_event SET relayed_at = now(), kind = 'sale.voided'",
    "UPDATE outbox_event SET recorded_at = now() + interval '1 day'",
    "DELETE FROM outbox_event",
    "TRUNCATE outbox_event CASCADE",
]


@pytest.mark.django_db
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_event_stays_as_it_was_written(attack: str) -> None:
    record()
    before = Event.objects.values().get()
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        _run(attack)
    assert isinstance(refusal.value.__cause__, psycopg.Error)
    assert refusal.value.__cause__.sqlstate == "RG009"
    assert Event.objects.values().get() == before
    with transaction.atomic():  # the same with the guards off: it is they that refuse
        _run("ALTER TABLE outbox_event DISABLE TRIGGER USER")
        _run("ALTER TABLE outbox_delivery DISABLE TRIGGER USER")
        _run(attack)
        assert list(Event.objects.values()) != [before]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_it_is_passed_on_once() -> None:
    record()
    _run("UPDATE outbox_event SET relayed_at = now()")
    with pytest.raises(DatabaseError), transaction.atomic():
        _run("UPDATE outbox_event SET relayed_at = NULL")
    _run("DELETE FROM outbox_event")
    assert not Event.objects.exists()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
