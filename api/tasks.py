"""What runs by the clock."""

from celery import shared_task
from django.utils.timezone import now

from api.services import forget_answers as forget


@shared_task(acks_late=True)
def forget_answers(**_unknown: object) -> int:
    """Answers are kept for a week; how many went."""
    return forget(at=now())
