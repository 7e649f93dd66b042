"""What campaigns do by themselves, as often as one likes: rows say what was done."""

from celery import shared_task
from django.utils.timezone import now

from . import services


@shared_task(acks_late=True)
def review_win_back(**_unknown: object) -> str:
    """Once a week: how well each way to miss a regular told who would come again."""
    return str(services.review_win_back(at=now()).day)


@shared_task(acks_late=True)
def enter_campaigns(**_unknown: object) -> int:
    """Take in everybody for whom an occasion has come; how many came."""
    return sum(
        services.enter_due(campaign_id=campaign_id, at=now())
        for campaign_id in services.underway()
    )


@shared_task(acks_late=True)
def advance_campaigns(**_unknown: object) -> int:
    """Do the steps that are due; how many journeys went on."""
    return sum(
        services.advance_due(campaign_id=campaign_id, at=now())
        for campaign_id in services.underway()
    )


@shared_task(acks_late=True)
def watch_campaigns(**_unknown: object) -> int:
    """Pause what goes wrong and end what is done; how many were looked at."""
    underway = services.underway()
    for campaign_id in underway:
        services.watch(campaign_id=campaign_id, at=now())
    return len(underway)
