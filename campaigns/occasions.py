"""For whom an occasion comes: the members and the period of each, as SQL.

Every selection gives rows `(member_id, period)`; whoever is in the campaign already is
left out by whoever asks. Days are those of the house's clock.
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings

from common.months import midnight
from members import selectors as members_selectors
from members.birthdays import BirthdayOccasion, BirthdayRule, due_birthdays
from policies import selectors as policies_selectors

from . import triggers
from .days import NOBODY, Days, Sql, house_zone, in_order, today
from .kinds import BirthdayTiming, CampaignKind, Repeats
from .models import Campaign, WinBackPolicy
from .winback import bands

OCCASIONS: Final = {
    BirthdayTiming.ON_DAY.value: BirthdayOccasion.ON_THE_DAY,
    BirthdayTiming.DAYS_BEFORE.value: BirthdayOccasion.DAYS_BEFORE,
    BirthdayTiming.MONTH.value: BirthdayOccasion.FIRST_OF_MONTH,
}
WELCOME_WITHIN: Final = timedelta(days=30)

BIRTHDAY = """
SELECT born.member_id, min(born.period)::text AS period
  FROM ({celebrants}) born GROUP BY born.member_id"""
ANNIVERSARY = """
SELECT m.id AS member_id, min(kept.period) AS period
  FROM unnest(%s::int[], %s::int[], %s::text[], %s::timestamptz[])
       kept (month, day, period, before)
  JOIN members_member m ON m.joined_at < kept.before
   AND extract(month FROM m.joined_at AT TIME ZONE %s) = kept.month
   AND extract(day FROM m.joined_at AT TIME ZONE %s) = kept.day
 WHERE m.status = 'active'
 GROUP BY m.id"""
WELCOME = """
SELECT m.id AS member_id, 'once' AS period FROM members_member m
 WHERE m.status = 'active' AND m.joined_at >= %s AND m.joined_at >= %s
   AND m.joined_at <= %s"""
ONE_OFF = """
SELECT m.id AS member_id, 'once' AS period FROM members_member m
 WHERE m.status = 'active'"""
REPEATING = """
SELECT m.id AS member_id, %s::text AS period FROM members_member m
 WHERE m.status = 'active'"""
WIN_BACK = """
SELECT s.member_id, 'away:' || s.last_on AS period
  FROM {bands} away JOIN recognition_visitsummary s ON s.member_id = away.member_id
 WHERE away.band = {band}"""


def select(campaign: Campaign, when: Days) -> Sql:
    """For whom the occasion of a campaign comes on these days."""
    return SELECTIONS[campaign.kind](campaign, when)


def _birthday(campaign: Campaign, when: Days) -> Sql:
    rule = BirthdayRule(
        occasion=OCCASIONS[campaign.timing], days_before=campaign.days_before
    )
    due = [
        birthday
        for day in when.days
        for birthday in due_birthdays(rule, first=day, last=day)
    ]
    if not due:
        return NOBODY
    celebrants, params = members_selectors.celebrants(due)
    return in_order(BIRTHDAY.format(celebrants=celebrants), params)


def _anniversary(campaign: Campaign, when: Days) -> Sql:
    rows = []
    for day in when.days:
        begins = midnight(day.replace(month=1, day=1), house_zone())
        rows.append((day.month, day.day, str(day.year), begins))
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            rows.append((2, 29, str(day.year), begins))
    if not rows:
        return NOBODY
    columns = [list(column) for column in zip(*rows, strict=True)]
    return ANNIVERSARY, [*columns, settings.TIME_ZONE, settings.TIME_ZONE]


def _welcome(campaign: Campaign, when: Days) -> Sql:
    begins = campaign.started_at or when.at
    return WELCOME, [begins, when.at - WELCOME_WITHIN, when.at]


def _win_back(campaign: Campaign, when: Days) -> Sql:
    policy = policies_selectors.in_force(WinBackPolicy, at=when.at)
    values: dict[str, Any] = {}

    def place(value: Any, kind: str) -> str:
        name = f"p{len(values)}"
        values[name] = value
        return f"%({name})s::{kind}"

    text = WIN_BACK.format(
        bands=bands(
            policy,
            policy.method,
            summary="recognition_visitsummary",
            day=today(when.at),
            value=place,
        ),
        band=place(campaign.band, "text"),
    )
    return in_order(text, values)


def _one_off(campaign: Campaign, when: Days) -> Sql:
    return ONE_OFF, []


def _repeating(campaign: Campaign, when: Days) -> Sql:
    """The last of these days on which it goes out; one that was missed is caught up."""
    found = [day for day in when.days if goes_out(campaign, day)]
    return (REPEATING, [f"on:{max(found)}"]) if found else NOBODY


def goes_out(campaign: Campaign, day: date) -> bool:
    """Whether a repeating campaign goes out on a day; in short months on the last."""
    if campaign.repeats == Repeats.WEEKLY:
        return day.isoweekday() == campaign.repeat_day
    last = calendar.monthrange(day.year, day.month)[1]
    return day.day == min(campaign.repeat_day, last)


SELECTIONS: Final[dict[str, Callable[[Campaign, Days], Sql]]] = {
    CampaignKind.BIRTHDAY: _birthday,
    CampaignKind.ANNIVERSARY: _anniversary,
    CampaignKind.WELCOME: _welcome,
    CampaignKind.WIN_BACK: _win_back,
    CampaignKind.ONE_OFF: _one_off,
    CampaignKind.REPEATING: _repeating,
    CampaignKind.EXPIRING: triggers.expiring,
    CampaignKind.BALANCE_LOW: triggers.balance_low,
    CampaignKind.FIRST_TOP_UP: triggers.first_top_up,
    CampaignKind.TIER_REACHED: triggers.tier_reached,
    CampaignKind.TIER_AT_RISK: triggers.tier_at_risk,
    CampaignKind.AFTER_VISIT: triggers.after_visit,
    CampaignKind.STAMP_CARD: triggers.stamp_card,
    CampaignKind.CURED: triggers.cured,
}
