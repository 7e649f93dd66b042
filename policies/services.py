"""Publishing a new version of a set of rules."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import connection, transaction
from django.db.models import Max

from common.sight import in_sight
from ledger.services import Act
from stores import services as stores_services
from stores.models import Store

from . import selectors as policies_selectors
from .errors import (
    OccurredAhead,
    OccurredBefore,
    OccurredTooLongAgo,
    PolicyInThePast,
    PolicyRefused,
)
from .models import OfflinePolicy, PolicyVersion


@transaction.atomic
def publish[P: PolicyVersion](*, version: P, by: Act, at: datetime) -> P:
    """Put the next version of some rules in force, now or from a later moment.

    Raises PolicyInThePast, PolicyRefused (with every sentence that is wrong).
    """
    if version.in_force_from < at:
        raise PolicyInThePast
    model = type(version)
    with connection.cursor() as cursor:
        # Two who publish at once get two numbers.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.db_table]
        )
    last = model._default_manager.aggregate(number=Max("number"))["number"] or 0
    version.pk = None
    version.number = last + 1
    version.made_by_id = by.staff_id
    try:
        in_sight(version.in_force_from)
        _refuse_null_characters(version)
        version.full_clean()
    except ValidationError as wrong:
        raise PolicyRefused(wrong.messages) from wrong
    version.save(force_insert=True)
    stores_services.record_act(
        name="policies.published",
        by=by,
        at=at,
        subject=version,
        facts={"version": version.number},
    )
    return version


def require_in_time(
    *, by: Act, at: datetime, store: Store | None, after: datetime | None = None
) -> None:
    """Refuse what a till says happened longer ago, or further ahead, than the rules in
    force let it, or before what it is about (`after`); what is told at once, never.

    Raises OccurredTooLongAgo, OccurredAhead, OccurredBefore.
    """
    if by.reported_at is None:
        return
    policy = policies_selectors.in_force(OfflinePolicy, at=by.reported_at)
    hours = policy.hours_at(None if store is None else store.code)
    if at < by.reported_at - timedelta(hours=hours):
        raise OccurredTooLongAgo(hours=hours)
    if at > by.reported_at + policy.ahead:
        raise OccurredAhead(minutes=policy.minutes_ahead)
    if after is not None and at < after:
        raise OccurredBefore


def _refuse_null_characters(version: PolicyVersion) -> None:
    """Model fields let them through, and the database then answers with a failure."""
    for field in version._meta.concrete_fields:
        ProhibitNullCharactersValidator()(field.value_from_object(version))
