"""When points expire: pure, in the house's own days, at the second a day ends."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .models import PointsPolicy

A_DAY = timedelta(days=1)


def expires_at(
    policy: PointsPolicy, *, earned_on: date, zone: ZoneInfo
) -> datetime | None:
    """When what is earned on a day under this policy can no longer be spent."""
    if policy.expiry == policy.Expiry.NEVER:
        return None
    if policy.expiry == policy.Expiry.MONTHS:
        return month_end(earned_on, months=policy.expiry_months, zone=zone)
    year = earned_on.year
    if _fixed_day(policy, year) < earned_on:
        year += 1
    return midnight(_fixed_day(policy, year + policy.expiry_years) + A_DAY, zone)


def month_end(day: date, *, months: int, zone: ZoneInfo) -> datetime:
    """The end of the month that lies so many months after a day."""
    year, month = divmod(day.year * 12 + day.month + months, 12)
    return midnight(date(year, month + 1, 1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a day begins; where a clock shows midnight twice, the second time."""
    naive = datetime.combine(day, time(), tzinfo=zone)
    return max(naive.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _fixed_day(policy: PointsPolicy, year: int) -> date:
    last = calendar.monthrange(year, policy.expiry_month)[1]
    return date(year, policy.expiry_month, min(policy.expiry_day, last))
