"""The calendar of campaigns, as its page says it."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.calendar_month import CalendarBand, campaign_month, month_named
from campaigns.models import Campaign


def calendar_page(
    campaigns: QuerySet[Campaign], month: str, *, at: datetime
) -> dict[str, Any]:
    """A month, named as 2026-11 or not at all: its bands and its days."""
    shown = campaign_month(campaigns, month_named(month, at=at), at=at)
    name = date_format(shown.begins, "YEAR_MONTH_FORMAT")
    return {
        "title": _("Calendar: %(month)s") % {"month": name},
        "month": shown,
        "days_of_month": len(shown.days),
        "first_column": shown.begins.isoweekday(),
        "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
        "days": [(day, day.day.isoformat(), _in_full(day.day)) for day in shown.days],
        "bands": [(band, band.last.day + 1, span_of(band)) for band in shown.bands],
        "before": _named(shown.before),
        "after": _named(shown.after),
        "this": month_named("", at=at),
    }


def span_of(band: CalendarBand) -> str:
    """From when until when, in words."""
    begins = date_format(band.begins, "SHORT_DATE_FORMAT")
    if band.ends is None:
        return _("since %(day)s, no end") % {"day": begins}
    return _("%(first)s to %(last)s") % {
        "first": begins,
        "last": date_format(band.ends, "SHORT_DATE_FORMAT"),
    }


def _in_full(day: date) -> str:
    """With its weekday, for whoever does not see the columns."""
    return f"{date_format(day, 'MONTH_DAY_FORMAT')}, {WEEKDAYS[day.weekday()]}"


def _named(month: date | None) -> tuple[str, str] | None:
    """How an address names a month, and how people do."""
    if month is None:
        return None
    return f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")
