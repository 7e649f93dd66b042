"""A month of campaigns: what runs in it, and what begins, goes out or ends on a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.months import A_DAY, add_months, midnight
from common.sight import FIRST_DAY, LAST_DAY

from .days import house_zone, today
from .kinds import CampaignKind, CampaignState
from .models import Campaign
from .occasions import goes_out

BEGINS: Final = _("Begins")
GOES_OUT: Final = _("Goes out")
ENDS: Final = _("Ends")


@dataclass(frozen=True, slots=True)
class CalendarMark:
    """Something that a campaign does on one day."""

    campaign: Campaign
    what: str | Promise


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the month, with what happens on it."""

    day: date
    is_today: bool
    marks: list[CalendarMark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalendarBand:
    """A campaign that runs for more than a day; `first` and `last` within the month.

    `begins` and `ends` are its own, whenever that is; `ends` is None while it is open.
    """

    campaign: Campaign
    first: date
    last: date
    begins: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class CampaignMonth:
    """A month by the house's clock. The neighbours are None at the calendar's ends."""

    begins: date
    days: list[CalendarDay]
    bands: list[CalendarBand]
    undated: list[Campaign]  # drafts that begin whenever somebody starts them
    before: date | None
    after: date | None

    @property
    def is_empty(self) -> bool:
        return not self.bands and not any(day.marks for day in self.days)


def month_named(name: str, *, at: datetime) -> date:
    """The first of a month told as 2026-11; of anything else, of the month it is."""
    year, _dash, month = name.partition("-")
    this = today(at).replace(day=1)
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        return this
    if not (month.isascii() and month.isdecimal() and 1 <= int(month[:3]) <= 12):
        return this
    if not FIRST_DAY.year <= int(year) <= LAST_DAY.year:
        return this
    return date(int(year), int(month[:3]), 1)


def campaign_month(
    campaigns: QuerySet[Campaign], begins: date, *, at: datetime
) -> CampaignMonth:
    """What these campaigns do in the month that begins on a day."""
    last_day = add_months(begins, 1) - A_DAY
    days = [begins + timedelta(days=ahead) for ahead in range(last_day.day)]
    marks: dict[date, list[CalendarMark]] = {day: [] for day in days}
    bands = []
    for campaign in _touching(campaigns, begins, last_day):
        first, last = _span(campaign, at)
        if first > last_day or (last is not None and last < begins):
            continue
        for day, what in _acts(campaign, first, last, days):
            marks[day].append(CalendarMark(campaign, what))
        if last is None or last > first:
            shown = (max(first, begins), min(last or last_day, last_day))
            bands.append(CalendarBand(campaign, *shown, begins=first, ends=last))
    undated = campaigns.filter(state=CampaignState.DRAFT, starts_at=None)
    now = today(at)
    return CampaignMonth(
        begins,
        [CalendarDay(day, day == now, marks[day]) for day in days],
        bands,
        list(undated.order_by("name", "pk")),
        add_months(begins, -1) if begins > FIRST_DAY else None,
        add_months(begins, 1) if last_day < LAST_DAY else None,
    )


def _touching(
    campaigns: QuerySet[Campaign], begins: date, last_day: date
) -> Iterable[Campaign]:
    """Those that begin before the month is over, and are not over before it begins."""
    since = midnight(begins, house_zone())
    until = midnight(last_day + A_DAY, house_zone())
    is_planned = Q(state=CampaignState.DRAFT, starts_at__lt=until)
    found = campaigns.filter(
        is_planned | Q(started_at__lt=until), Q(ended_at=None) | Q(ended_at__gte=since)
    )
    return found.select_related("store").order_by("kind", "name", "pk")


def _span(campaign: Campaign, at: datetime) -> tuple[date, date | None]:
    """From the first day to the last; None while nobody has said when it ends."""
    moments = [campaign.starts_at, campaign.started_at]
    first = today(max(moment for moment in moments if moment is not None))
    if campaign.ended_at is not None:
        return first, max(first, today(campaign.ended_at))
    if campaign.kind == CampaignKind.ONE_OFF:
        # All come in at once; as long as it runs, some are still on their way.
        is_planned = campaign.state == CampaignState.DRAFT
        return first, first if is_planned else max(first, today(at))
    if campaign.ends_at is None:
        return first, None
    return first, max(first, today(campaign.ends_at - timedelta(microseconds=1)))


def _acts(
    campaign: Campaign, first: date, last: date | None, days: Sequence[date]
) -> Iterator[tuple[date, str | Promise]]:
    """What it does on days of the month."""
    is_one_off = campaign.kind == CampaignKind.ONE_OFF
    is_repeating = campaign.kind == CampaignKind.REPEATING
    if first in days and not is_repeating:
        yield first, GOES_OUT if is_one_off else BEGINS
    if is_repeating:
        for day in days:
            if day >= first and day <= (last or day) and goes_out(campaign, day):
                yield day, GOES_OUT
    is_known = campaign.ended_at is not None or not is_one_off
    if last is None or last not in days or not is_known:
        return
    if last > first or not is_one_off:
        yield last, ENDS
