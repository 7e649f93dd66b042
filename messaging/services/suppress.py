"""Leaving an address alone, and writing to it again."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from common.text import one_line
from ledger.services import Act
from messaging.encryption import address_digest
from messaging.errors import MessageRefused, SuppressionLifted
from messaging.models import MessageChannel, Suppression
from stores import services as stores_services

from .send import hint_of, is_address

SUPPRESS: Final = "messaging.suppress_address"


@transaction.atomic
def suppress_address(
    *, channel: str, address: str, is_total: bool, note: str, by: Act, at: datetime
) -> Suppression:
    """Enter an address by hand: nothing at all goes there, or only service does.

    Raises MessageRefused, NotAllowed.
    """
    stores_services.require_for(by, SUPPRESS)
    known = channel in MessageChannel.values and channel != MessageChannel.INBOX
    if not known or not is_address(channel, address):
        raise MessageRefused(_("This address does not fit the channel."))
    found = leave_alone(
        channel=channel,
        digest=address_digest(channel, address),
        hint=hint_of(channel, address),
        reason=Suppression.Reason.BY_HAND,
        is_total=is_total,
        at=at,
        note=one_line(note, 200),
        staff_id=by.staff_id,
    )
    stores_services.record_act(
        name="messaging.suppressed",
        by=by,
        at=at,
        subject=found,
        facts={"reason": found.note},
    )
    return found


def leave_alone(
    *,
    channel: str,
    digest: str,
    hint: str,
    reason: str,
    is_total: bool,
    at: datetime,
    note: str = "",
    staff_id: int | None = None,
) -> Suppression:
    """A step: an address is suppressed for a reason; twice for the same is once."""
    Suppression.objects.bulk_create(
        [
            Suppression(
                channel=channel,
                address_digest=digest,
                address_hint=hint,
                reason=reason,
                is_total=is_total,
                note=note,
                created_at=at,
                created_by_id=staff_id,
            )
        ],
        ignore_conflicts=True,
    )
    standing = Suppression.objects.filter(
        channel=channel, address_digest=digest, reason=reason, lifted_at=None
    )
    if is_total:
        standing.update(is_total=True)
    return standing.get()


@transaction.atomic
def lift_suppression(
    *, suppression_id: int, reason: str, by: Act, at: datetime
) -> None:
    """Write to it again, from now on. Raises SuppressionLifted, NotAllowed."""
    stores_services.require_for(by, SUPPRESS)
    why = one_line(reason, 200)
    if not why:
        raise MessageRefused(_("Say why."))
    lifted = Suppression.objects.filter(pk=suppression_id, lifted_at=None).update(
        lifted_at=at, lifted_by_id=by.staff_id, lift_reason=why
    )
    if not lifted:
        raise SuppressionLifted
    stores_services.record_act(
        name="messaging.suppression_lifted",
        by=by,
        at=at,
        subject=Suppression.objects.get(pk=suppression_id),
        facts={"reason": why},
    )
