"""What the sign-in does by itself: it forgets."""

from celery import shared_task
from django.utils.timezone import now

from . import services


@shared_task(acks_late=True)
def forget_codes(**_unknown: object) -> int:
    """Requests for codes of days ago, and devices signed out for months."""
    return services.forget_codes(at=now())
