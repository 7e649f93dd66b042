"""How far the outbox is behind."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from .models import Delivery, Event

Status = Delivery.Status


@dataclass(frozen=True, slots=True)
class Backlog:
    """Seconds since the oldest event that waits to be passed on was written, and how
    many deliveries are on their way or were given up.
    """

    age: float
    pending: int
    failed: int


def backlog(*, at: datetime) -> Backlog:
    """Read from the indexes of what waits and of what failed."""
    oldest = Event.objects.filter(relayed_at=None).aggregate(at=Min("recorded_at"))
    age = (at - oldest["at"]).total_seconds() if oldest["at"] is not None else 0.0
    return Backlog(
        age=max(age, 0.0),
        # Asked one by one: each has an index of its own.
        pending=Delivery.objects.filter(status=Status.PENDING).count(),
        failed=Delivery.objects.filter(status=Status.FAILED).count(),
    )
