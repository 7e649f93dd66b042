"""Whose birthday falls due: one statement over all members, for whoever gives."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from common.months import midnight
from members.birthdays import SETTLED_DAYS, DueBirthday

# One row a member and period. Who told or changed the birthday within the days before
# it (or after it) has none in that period. The months and days are said once more, one
# by one, since only so the index on birthdays answers.
CELEBRANTS: Final = """
SELECT m.id AS member_id, d.kept_on, d.due_on, d.period
  FROM members_member m
  JOIN unnest(%(calendars)s::text[], %(months)s::smallint[], %(days)s::smallint[],
              %(leaps)s::boolean[], %(kept)s::date[], %(due)s::date[],
              %(periods)s::int[], %(settled)s::timestamptz[])
       AS d (calendar, month, day, leap, kept_on, due_on, period, settled)
    ON m.birth_calendar = d.calendar AND m.birth_month = d.month
   AND m.birth_day = d.day AND m.birth_leap = d.leap
 WHERE m.status = 'active' AND m.birth_month IS NOT NULL
   AND m.birthday_set_at < d.settled AND ({born})
"""
BORN: Final = """(m.birth_calendar = %({name}_calendar)s
   AND m.birth_month = %({name}_month)s::smallint
   AND m.birth_day = ANY (%({name}_days)s::smallint[]))"""


def celebrants(due: Sequence[DueBirthday]) -> tuple[str, dict[str, Any]]:
    """Members with a birthday among these: `member_id`, `kept_on`, `due_on` and
    `period`, as a statement with its named parameters.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    settled = {one.kept: _settled(one.kept, zone) for one in due}
    months: dict[tuple[str, int], set[int]] = {}
    for one in due:
        months.setdefault((one.calendar, one.month), set()).add(one.day)
    params: dict[str, Any] = {
        "calendars": [one.calendar for one in due],
        "months": [one.month for one in due],
        "days": [one.day for one in due],
        "leaps": [one.leap for one in due],
        "kept": [one.kept for one in due],
        "due": [one.due for one in due],
        "periods": [one.period for one in due],
        "settled": [settled[one.kept] for one in due],
    }
    tests = []
    for place, ((calendar, month), days) in enumerate(sorted(months.items())):
        name = f"born_{place}"
        tests.append(BORN.format(name=name))
        params |= {
            f"{name}_calendar": calendar,
            f"{name}_month": month,
            f"{name}_days": sorted(days),
        }
    return CELEBRANTS.format(born=" OR ".join(tests) or "false"), params


def _settled(kept: date, zone: ZoneInfo) -> datetime:
    return midnight(kept - timedelta(days=SETTLED_DAYS), zone)
