"""Typing codes: a few wrong ones, then a pause; wrong tries outlive the refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from ledger.services import Act
from points.errors import CodeRefused, CodesLocked
from points.models import CodeTries
from stores import services as stores_services

TRIES = 5
WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


def with_code[T](attempt: Callable[[], T | None], *, by: Act, at: datetime) -> T:
    """Do what a code is for; None from the attempt is a wrong code, and is counted.

    A transaction of its own. Raises CodeRefused, CodesLocked, and what the attempt
    refuses for another reason.
    """
    locked_until, found = _try(attempt, by, at)
    if locked_until is not None:
        raise CodesLocked(until=locked_until)
    if found is None:
        raise CodeRefused
    return found


@transaction.atomic(durable=True)
def _try[T](
    attempt: Callable[[], T | None], by: Act, at: datetime
) -> tuple[datetime | None, T | None]:
    """Under the row's lock, so that guesses sent at once are counted one by one."""
    CodeTries.objects.bulk_create(
        [CodeTries(who=by.actor, first_at=at)],
        update_conflicts=True,  # which locks it: no sweep takes it away meanwhile
        unique_fields=["who"],
        update_fields=["who"],
    )
    tries = CodeTries.objects.select_for_update(no_key=True).get(who=by.actor)
    if tries.locked_until is not None and at < tries.locked_until:
        return tries.locked_until, None
    found = attempt()
    if found is not None:
        return None, found
    is_new = at >= tries.first_at + WINDOW
    failures = 1 if is_new else tries.failures + 1
    CodeTries.objects.filter(pk=tries.pk).update(
        failures=failures,
        first_at=at if is_new else tries.first_at,
        locked_until=at + WINDOW if failures >= TRIES else None,
    )
    stores_services.record_act(
        name="points.wrong_code", by=by, at=at, facts={"failures": failures}
    )
    return None, None


def forget_tries(*, at: datetime) -> int:
    """Forget wrong tries that count no more and hold nobody up; how many rows."""
    over = Q(locked_until=None) | Q(locked_until__lte=at)
    old, _rows = CodeTries.objects.filter(over, first_at__lt=at - KEPT).delete()
    return old
