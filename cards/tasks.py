"""What the cards do by themselves: expire, and forget used codes."""

from celery import shared_task
from django.utils.timezone import now

from . import services


@shared_task(acks_late=True)
def expire_due_cards(**_unknown: object) -> int:
    """Mark what is over; the number of cards."""
    return services.expire_due(at=now())


@shared_task(acks_late=True)
def forget_used_codes(**_unknown: object) -> int:
    """Forget codes of days ago; how many."""
    return services.sweep_codes(at=now())
