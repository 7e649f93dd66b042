"""Whose birthday falls due: one statement over all members, for whoever gives."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from common.months import midnight
from members.birthdays import SETTLED_DAYS, DueBirthday

# One row a member and period; the index on birthdays answers. Who told or changed the
# birthday within the days before it (or after it) has none in that period.
CELEBRANTS: Final = """
SELECT m.id AS member_id, d.kept_on, d.due_on, d.period
  FROM unnest(%(calendars)s::text[], %(months)s::smallint[], %(days)s::smallint[],
              %(leaps)s::boolean[], %(kept)s::date[], %(due)s::date[],
              %(periods)s::int[], %(settled)s::timestamptz[])
       AS d (calendar, month, day, leap, kept_on, due_on, period, settled)
  JOIN members_member m
    ON m.birth_calendar = d.calendar AND m.birth_month = d.month
   AND m.birth_day = d.day AND m.birth_leap = d.leap
 WHERE m.status = 'active' AND m.birth_month IS NOT NULL
   AND m.birthday_set_at < d.settled
"""


def celebrants(due: Sequence[DueBirthday]) -> dict[str, Any]:
    """The parameters of `CELEBRANTS`."""
    zone = ZoneInfo(settings.TIME_ZONE)
    settled = {one.kept: _settled(one.kept, zone) for one in due}
    return {
        "calendars": [one.calendar for one in due],
        "months": [one.month for one in due],
        "days": [one.day for one in due],
        "leaps": [one.leap for one in due],
        "kept": [one.kept for one in due],
        "due": [one.due for one in due],
        "periods": [one.period for one in due],
        "settled": [settled[one.kept] for one in due],
    }


def _settled(kept: date, zone: ZoneInfo) -> Any:
    return midnight(kept - timedelta(days=SETTLED_DAYS), zone)
