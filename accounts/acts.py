"""A member who does something for themselves, as the books and the log want it."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from ledger.services import Act


def act_of_member(member_id: int, *, at: datetime, request_id: str = "") -> Act:
    """The member, at no store, on the day of the house's time zone."""
    return Act(
        actor=f"member:{member_id}",
        business_date=at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        request_id=request_id or str(uuid.uuid4()),
    )


def act_of_newcomer(*, at: datetime, request_id: str = "") -> Act:
    """Whoever is no member yet."""
    return Act(
        actor="system:portal",
        business_date=at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        request_id=request_id or str(uuid.uuid4()),
    )
