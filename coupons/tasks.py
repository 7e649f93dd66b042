"""What coupons do by themselves: segments are given, gifts lapse, tiers give."""

import structlog
from celery import shared_task
from django.utils.timezone import now

from common.errors import DomainError
from stores import services as stores_services

from . import selectors, services
from .audiences import audience_of

log = structlog.get_logger(__name__)


@shared_task(acks_late=True)
def continue_issues(**_unknown: object) -> int:
    """Go on with every issue to a segment that is not finished; how many there were.

    One that nobody can be found for waits, and keeps no other waiting.
    """
    unfinished = selectors.unfinished_issues()
    for issue_id, described in unfinished:
        at = now()
        try:
            audience = audience_of(described, at=at)
        except DomainError as refusal:
            log.warning("coupons.issue_waits", issue=issue_id, reason=refusal.code)
            continue
        services.continue_issue(issue_id=issue_id, audience=audience, at=at)
    return len(unfinished)


@shared_task(acks_late=True)
def lapse_gifts(**_unknown: object) -> int:
    """Give back to the givers what no friend took in time."""
    at = now()
    return services.lapse_gifts(by=stores_services.act(task="coupons", at=at), at=at)


@shared_task(acks_late=True)
def give_birthday_gifts(**_unknown: object) -> int:
    """Whoever has their birthday today, or had it in the days that were missed."""
    at = now()
    return services.give_birthday_gifts(
        by=stores_services.act(task="coupons", at=at), at=at
    )


@shared_task(acks_late=True)
def give_upgrade_gifts(**_unknown: object) -> int:
    """Everyone who reached a tier gets what comes with it."""
    at = now()
    return services.give_upgrade_gifts(
        by=stores_services.act(task="coupons", at=at), at=at
    )


@shared_task(acks_late=True)
def forget_tries(**_unknown: object) -> int:
    """Wrong codes of yesterday count no more; how many were forgotten."""
    return services.forget_tries(at=now())
