"""What the outbox does by itself: pass on, deliver, look after, forget.

Nothing is lost with the broker: what is to be done stands in the tables, and each tick
looks there anew.
"""

from contextlib import suppress
from time import monotonic

from celery import shared_task
from django.utils.timezone import now
from kombu.exceptions import OperationalError
from structlog import get_logger

from common.alone import alone
from outbox import courier
from outbox import services as outbox_services

EVENTS_AT_ONCE = 1000
MESSAGES_AT_ONCE = 50
SECONDS_IN_A_ROW = 60
DELIVERING = "outbox.deliver_to"
log = get_logger(__name__)


@shared_task(acks_late=True)
def relay_events(**_unknown: object) -> int:
    """Pass on what waits, and call a courier for each endpoint with something due."""
    passed_on = 0
    while found := outbox_services.fan_out(at=now(), most=EVENTS_AT_ONCE):
        passed_on += found
    with suppress(OperationalError):  # the broker is away: the next tick calls them
        for endpoint_id in outbox_services.endpoints_due(at=now()):
            deliver_to.apply_async(kwargs={"endpoint_id": endpoint_id}, expires=60)
    return passed_on


@shared_task(acks_late=True)
def deliver_to(*, endpoint_id: int, **_unknown: object) -> int:
    """Carry what is due to one endpoint, one courier at a time; how many arrived.

    A slow one keeps one worker waiting, not all of them.
    """
    arrived, began = 0, monotonic()
    with alone(DELIVERING, endpoint_id) as is_mine:
        while is_mine and monotonic() - began < SECONDS_IN_A_ROW:
            parcels = outbox_services.take_up(
                endpoint_id=endpoint_id, at=now(), most=MESSAGES_AT_ONCE
            )
            if not parcels:
                break
            outcomes = courier.carry(parcels)
            outbox_services.settle(endpoint_id=endpoint_id, outcomes=outcomes, at=now())
            good = sum(outcome.is_delivered for outcome in outcomes)
            arrived += good
            if good < len(outcomes):
                log.warning(
                    "webhooks_not_delivered",
                    endpoint_id=endpoint_id,
                    failed=len(outcomes) - good,
                    problem=next(o.problem for o in outcomes if not o.is_delivered),
                )
    return arrived


@shared_task(acks_late=True)
def look_after_webhooks(**_unknown: object) -> int:
    """What waits for an endpoint that is switched off is given up; how many."""
    return outbox_services.give_up_switched_off()


@shared_task(acks_late=True)
def forget_old_events(**_unknown: object) -> int:
    """Forget what was delivered long ago, a piece at a time; how many events."""
    forgotten = 0
    while found := outbox_services.forget_old(at=now(), most=EVENTS_AT_ONCE):
        forgotten += found
    return forgotten
