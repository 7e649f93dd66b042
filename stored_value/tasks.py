"""What happens to wallets by itself: holds run out, principal past its time rests."""

import uuid

from celery import shared_task
from django.utils.timezone import now

from stores import services as stores_services

from . import services as stored_value_services


@shared_task(acks_late=True)
def expire_holds(**_unknown: object) -> int:
    """Give back what was held too long."""
    at = now()
    by = stores_services.act(at=at, task="expire_holds", request_id=str(uuid.uuid4()))
    return stored_value_services.expire_holds(by=by, at=at)


@shared_task(acks_late=True)
def add_up_clearing(**_unknown: object) -> int:
    """Add up what stores owe each other; how many entries were looked at."""
    return stored_value_services.add_up_clearing()


@shared_task(acks_late=True)
def lapse_principal(**_unknown: object) -> int:
    """Put principal past its validity to rest, where the law keeps it owed."""
    at = now()
    by = stores_services.act(
        at=at, task="lapse_principal", request_id=str(uuid.uuid4())
    )
    return stored_value_services.lapse_principal(by=by, at=at)
