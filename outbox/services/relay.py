"""Passing on what happened: who wants to hear of it, taken up, sent, written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from outbox.addresses import Target, read_url
from outbox.errors import AddressRefused, SecretUnreadable
from outbox.messages import Outcome, Parcel, body_of
from outbox.models import Delivery, WebhookEndpoint
from outbox.schedule import next_try
from outbox.sealing import unseal

from .endpoints import LEASE, switch_off_step

Status, Problem = Delivery.Status, Delivery.Problem
Reason = WebhookEndpoint.Reason

# A receiver that does not answer is asked again with one message, after a rest.
REST: Final = timedelta(minutes=1)
GIVEN_UP_AFTER: Final = timedelta(days=5)
GONE: Final = 410

FAN_OUT: Final = """
WITH waiting AS (
  SELECT id, kind, store_id, recorded_at FROM outbox_event
  WHERE relayed_at IS NULL ORDER BY recorded_at LIMIT %(most)s
  FOR NO KEY UPDATE SKIP LOCKED
), sent AS (
  INSERT INTO outbox_delivery
    (event_id, endpoint_id, status, attempts, next_at, problem)
  SELECT w.id, e.id, 'pending', 0, %(at)s::timestamptz, ''
  FROM waiting w JOIN outbox_webhookendpoint e ON e.is_enabled
    AND (e.store_id IS NULL OR e.store_id = w.store_id)
    AND (e.kinds = '{}' OR w.kind = ANY (e.kinds))
  ORDER BY w.recorded_at
  ON CONFLICT DO NOTHING
)
UPDATE outbox_event SET relayed_at = %(at)s::timestamptz
FROM waiting WHERE outbox_event.id = waiting.id
"""


def fan_out(*, at: datetime, most: int) -> int:
    """Make a delivery of each waiting event for each endpoint that wants it; how many
    events. Two who do this at once share the work.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(FAN_OUT, {"most": most, "at": at})
        return int(cursor.rowcount)


def endpoints_due(*, at: datetime) -> list[int]:
    """The endpoints for which something is to be sent now."""
    due = Delivery.objects.filter(
        endpoint=OuterRef("pk"), status=Status.PENDING, next_at__lte=at
    )
    return list(
        _awake(at).filter(Exists(due)).order_by("pk").values_list("pk", flat=True)
    )


def _awake(at: datetime) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(
        Q(rest_until=None) | Q(rest_until__lte=at), is_enabled=True
    )


@transaction.atomic(durable=True)
def take_up(*, endpoint_id: int, at: datetime, most: int) -> list[Parcel]:
    """Take up what is due, so that nobody else does until it is settled or the lease
    runs out. Of one that is failing, a single message: a knock at the door.
    """
    endpoint = _awake(at).filter(pk=endpoint_id).first()
    if endpoint is None:
        return []
    due = (
        Delivery.objects.filter(
            endpoint=endpoint, status=Status.PENDING, next_at__lte=at
        )
        .order_by("next_at", "pk")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
    )
    taken = list(due[: 1 if endpoint.failing_since else most])
    for delivery in taken:
        delivery.attempts += 1
        delivery.last_at = at
        delivery.next_at = at + LEASE
    Delivery.objects.bulk_update(taken, ["attempts", "last_at", "next_at"])
    return _parcels(endpoint, taken, at=at)


def _parcels(
    endpoint: WebhookEndpoint, taken: Sequence[Delivery], *, at: datetime
) -> list[Parcel]:
    target: Target | None = None
    secrets: tuple[str, ...] = ()
    problem = ""
    try:
        secrets = _secrets(endpoint, at=at)
        target = read_url(endpoint.url)
    except AddressRefused:
        problem = Problem.ADDRESS
    except SecretUnreadable:
        problem = Problem.SECRET
    rows = Delivery.objects.select_related("event__store").in_bulk(
        [delivery.pk for delivery in taken]
    )
    return [
        Parcel(
            delivery_id=delivery.pk,
            attempt=delivery.attempts,
            taken_at=at,
            message_id=str(delivery.event_id),
            body=body_of(rows[delivery.pk].event),
            target=target,
            secrets=secrets,
            problem=problem,
        )
        for delivery in taken
    ]


def _secrets(endpoint: WebhookEndpoint, *, at: datetime) -> tuple[str, ...]:
    """What signs now: the secret, and for a day the one before it."""
    sealed = [endpoint.sealed_secret]
    if endpoint.former_until is not None and at < endpoint.former_until:
        sealed.append(endpoint.former_secret)
    return tuple(unseal(text) for text in sealed)


@transaction.atomic(durable=True)
def settle(*, endpoint_id: int, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Write down what came of what was taken up, and what it says of the endpoint."""
    for outcome in sorted(outcomes, key=lambda one: one.parcel.delivery_id):
        _settle_one(outcome, at=at)
    if not outcomes:
        return
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(
        pk=endpoint_id
    )
    if any(outcome.status == GONE for outcome in outcomes):
        switch_off_step(endpoint, reason=Reason.GONE, at=at)
    elif any(outcome.is_delivered for outcome in outcomes):
        WebhookEndpoint.objects.filter(pk=endpoint_id).update(
            last_success_at=at, failing_since=None, rest_until=None
        )
    else:
        since = endpoint.failing_since or at
        WebhookEndpoint.objects.filter(pk=endpoint_id).update(
            failing_since=since, rest_until=at + REST
        )
        if at - since >= GIVEN_UP_AFTER:
            switch_off_step(endpoint, reason=Reason.FAILING, at=at)


def _settle_one(outcome: Outcome, *, at: datetime) -> None:
    """One delivery. That it arrived is true whoever says so; that it did not, only
    whoever has it in hand may say.
    """
    parcel = outcome.parcel
    pending = Delivery.objects.filter(pk=parcel.delivery_id, status=Status.PENDING)
    if outcome.is_delivered:
        pending.update(
            status=Status.DELIVERED,
            delivered_at=at,
            next_at=None,
            last_status=outcome.status,
            problem="",
        )
        return
    again = (
        None
        if outcome.status == GONE
        else next_try(parcel.attempt, at=at, retry_after=outcome.retry_after)
    )
    pending.filter(attempts=parcel.attempt, last_at=parcel.taken_at).update(
        status=Status.FAILED if again is None else Status.PENDING,
        next_at=again,
        last_status=outcome.status,
        problem=outcome.problem,
    )


def give_up_switched_off() -> int:
    """What waits for an endpoint that is switched off waits no more; how many."""
    return Delivery.objects.filter(
        status=Status.PENDING, endpoint__is_enabled=False
    ).update(status=Status.FAILED, next_at=None, problem=Problem.DISABLED)
