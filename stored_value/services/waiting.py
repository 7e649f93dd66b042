"""For a day after a phone was changed nothing above the shop's limit is spent."""

from datetime import datetime

from members.models import PHONE_SETTLES, Member
from stored_value.errors import SpendingWaits


def require_settled_phone(*, member_id: int | None, at: datetime) -> None:
    """A step of what spends above the limit: who took a phone over has a day in which
    its owner is told, and can speak up. Raises SpendingWaits.
    """
    changed = (
        Member.objects.filter(pk=member_id or 0)
        .values_list("phone_changed_at", flat=True)
        .first()
    )
    refuse_until_settled(changed, at=at)


def refuse_until_settled(changed: datetime | None, *, at: datetime) -> None:
    """The same where it is known when the phone was changed."""
    if changed is not None and at < changed + PHONE_SETTLES:
        raise SpendingWaits(until=changed + PHONE_SETTLES)
