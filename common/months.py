"""Months and midnights by a house's own clock; the rules' arithmetic of dates."""

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo

A_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant a day begins; where a clock shows midnight twice, the second time."""
    naive = datetime(day.year, day.month, day.day, tzinfo=zone)
    return max(naive.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def lasts_until(starts_at: datetime, months: int, *, zone: tzinfo) -> datetime:
    """The end of what lasts some months; a part of the first day is given on top."""
    first = starts_at.astimezone(zone).date()
    if midnight(first, zone) < starts_at:
        first += A_DAY
    return midnight(add_months(first, months), zone)
