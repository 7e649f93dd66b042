"""For whom an occasion comes: the members and the period of each, as SQL.

Every selection gives rows `(member_id, period)`; whoever is in the campaign already is
left out by whoever asks. Days are those of the house's clock.
"""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from common.months import midnight
from members import selectors as members_selectors
from members.birthdays import BirthdayOccasion, BirthdayRule, due_birthdays
from policies import selectors as policies_selectors

from .kinds import BirthdayTiming, CampaignKind
from .models import Campaign, WinBackPolicy
from .winback import bands

NAMED: Final = re.compile(r"%\((\w+)\)s")
OCCASIONS: Final = {
    BirthdayTiming.ON_DAY.value: BirthdayOccasion.ON_THE_DAY,
    BirthdayTiming.DAYS_BEFORE.value: BirthdayOccasion.DAYS_BEFORE,
    BirthdayTiming.MONTH.value: BirthdayOccasion.FIRST_OF_MONTH,
}
WELCOME_WITHIN: Final = timedelta(days=30)

type Sql = tuple[str, list[Any]]
NOBODY: Final[Sql] = ("SELECT NULL::bigint AS member_id, '' AS period WHERE false", [])

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
WIN_BACK = """
SELECT s.member_id, 'away:' || s.last_on AS period
  FROM {bands} away JOIN recognition_visitsummary s ON s.member_id = away.member_id
 WHERE away.band = {band}"""


@dataclass(frozen=True, slots=True)
class Days:
    """The days whose occasions are looked for, and the moment at which that is."""

    at: datetime
    days: Sequence[date]


def house_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def today(at: datetime) -> date:
    """By the clock of the house."""
    return at.astimezone(house_zone()).date()


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
    return _in_order(BIRTHDAY.format(celebrants=celebrants), params)


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
    return _in_order(text, values)


def _in_order(text: str, values: Mapping[str, Any]) -> Sql:
    """A statement with its values in the order of their places."""
    return NAMED.sub("%s", text), [values[name] for name in NAMED.findall(text)]


def _one_off(campaign: Campaign, when: Days) -> Sql:
    return ONE_OFF, []


SELECTIONS: Final[dict[str, Callable[[Campaign, Days], Sql]]] = {
    CampaignKind.BIRTHDAY: _birthday,
    CampaignKind.ANNIVERSARY: _anniversary,
    CampaignKind.WELCOME: _welcome,
    CampaignKind.WIN_BACK: _win_back,
    CampaignKind.ONE_OFF: _one_off,
}
