"""What the tiers do by themselves: the nightly review."""

from celery import shared_task
from django.utils.timezone import now

from . import services


@shared_task(acks_late=True)
def review_tiers(**_unknown: object) -> int:
    """Review every member once a day; run again, it goes on where it was."""
    progress = services.review(at=now())
    return progress.raised + progress.lowered
