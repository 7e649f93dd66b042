"""When a period ends: until when growth value counts, and a tier is kept.

Pure, in whole days of the house's own clock; a month that is too short ends on its last
day (29 February + 12 months is 28 February). `tiers/sql/periods.sql` says the same to
the nightly review, and a test holds the two together.
"""

from datetime import date, datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from common.months import A_DAY, add_months, midnight

from .models import Window


class Rules(Protocol):
    """What of a TierPolicy decides about periods."""

    @property
    def window(self) -> str:
        """One of `Window`."""
        ...

    @property
    def rolling_months(self) -> int:
        """How many months count under a rolling one."""
        ...


def growth_expires_at(
    policy: Rules, joined_at: datetime, at: datetime, *, zone: tzinfo | None = None
) -> datetime:
    """When growth value that is granted at `at` no longer counts towards the tier."""
    zone = zone or ZoneInfo(settings.TIME_ZONE)
    today, joined = at.astimezone(zone).date(), joined_at.astimezone(zone).date()
    if policy.window == Window.ROLLING:
        return midnight(add_months(today, policy.rolling_months) + A_DAY, zone)
    return midnight(_next_turn(policy.window, joined, today), zone)


def kept_until(
    policy: Rules, joined_at: datetime, at: datetime, *, zone: tzinfo | None = None
) -> datetime:
    """Until when a tier that is reached at `at` is kept: the end of the next period."""
    zone = zone or ZoneInfo(settings.TIME_ZONE)
    this_ends = growth_expires_at(policy, joined_at, at, zone=zone)
    if policy.window == Window.ROLLING:  # the months that follow are the next period
        return this_ends
    return growth_expires_at(policy, joined_at, this_ends, zone=zone)


def kept_on_until(
    policy: Rules,
    joined_at: datetime,
    ended_at: datetime,
    at: datetime,
    *,
    zone: tzinfo | None = None,
) -> datetime:
    """The end of the period that began when the last one ended.

    Where nobody has reviewed for a whole period, the end of the one that `at` is in.
    """
    zone = zone or ZoneInfo(settings.TIME_ZONE)
    if policy.window == Window.ROLLING:
        began = ended_at.astimezone(zone).date()
        ends = midnight(add_months(began, policy.rolling_months), zone)
    else:
        ends = growth_expires_at(policy, joined_at, ended_at, zone=zone)
    return ends if ends > at else growth_expires_at(policy, joined_at, at, zone=zone)


def _next_turn(window: str, joined: date, today: date) -> date:
    """The first day of the next period."""
    if window == Window.CALENDAR_YEAR:
        return date(today.year + 1, 1, 1)
    this_year = add_months(joined, 12 * (today.year - joined.year))
    return (
        this_year
        if this_year > today
        else add_months(joined, 12 * (today.year - joined.year + 1))
    )
