"""What points do by themselves: become usable; orders and wrong tries end."""

from celery import shared_task
from django.utils.timezone import now
from django.utils.translation import gettext as _

from points import services as points_services
from stores import services as stores_services


@shared_task(acks_late=True)
def release_due_points(**_unknown: object) -> int:
    """Let what was pending be used; how many accruals."""
    at = now()
    by = stores_services.act(at=at, task="points")
    return points_services.release_due(at=at, by=by)


@shared_task(acks_late=True)
def cancel_overdue_rewards(**_unknown: object) -> int:
    """Cancel the orders that nobody picked up in time; how many."""
    at = now()
    by = stores_services.act(at=at, task="points")
    reason = _("not picked up in time")
    return points_services.cancel_overdue(at=at, by=by, reason=reason)


@shared_task(acks_late=True)
def complete_tasks_of_visits(**_unknown: object) -> int:
    """Give what first visits and friends who came have earned; how many gifts."""
    at = now()
    by = stores_services.act(at=at, task="points")
    return points_services.complete_tasks_of_visits(by=by, at=at)


@shared_task(acks_late=True)
def forget_tries(**_unknown: object) -> int:
    """Wrong codes of yesterday count no more; how many were forgotten."""
    return points_services.forget_tries(at=now())
