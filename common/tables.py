"""The small tables that stand inside the admin's pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from babel.dates import get_timezone_location
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_default_timezone, localtime

from common.money import reader_locale


@dataclass(frozen=True, slots=True)
class Column:
    """What stands above a column; numbers keep to the right."""

    title: str | Promise
    is_number: bool = False


def number(title: str | Promise) -> Column:
    """A column of amounts or counts."""
    return Column(title, is_number=True)


def table(
    columns: Sequence[str | Promise | Column],
    rows: Iterable[Sequence[object]],
    *,
    nothing: str | Promise = "–",
) -> SafeString:
    """Rows under their titles, or a sentence where there are none.

    A cell is written as a template writes it: escaped, unless it is markup as `link`
    makes it; None is a dash. A column that needs no more than a title may be just that.
    """
    heads = [one if isinstance(one, Column) else Column(one) for one in columns]
    context = {
        "columns": heads,
        "rows": [list(zip(heads, row, strict=True)) for row in rows],
        "nothing": nothing,
    }
    return render_to_string("admin/table.html", context)


def link(text: object, url: str) -> SafeString:
    """The way to another page."""
    return format_html('<a class="underline" href="{}">{}</a>', url, text)


def day(at: datetime, zone: tzinfo | None = None) -> str:
    """The day that it was, or will be, by the clock of this page, or of `zone`."""
    return date_format(localtime(at, zone), "SHORT_DATE_FORMAT")


def clock(
    at: datetime, zone: tzinfo | None = None, *, form: str = "SHORT_DATETIME_FORMAT"
) -> str:
    """A day and its time by the clock of this page, or of `zone`.

    Where that is not the house's own, its place is said.
    """
    told = localtime(at, zone)
    written = date_format(told, form)
    if told.utcoffset() == localtime(at, get_default_timezone()).utcoffset():
        return written
    return f"{written} ({place_of(told)})"


def place_of(at: datetime) -> str:
    """Whose clock it is, as the reader calls the place: New York, 乌鲁木齐."""
    found = get_timezone_location(at.tzinfo, locale=reader_locale(), return_city=True)
    return str(found)


def zone_of(row: Any, path: str | None = "store") -> tzinfo:
    """The zone of the store that a row belongs to; the house's where there is none."""
    found = row
    for name in (path or "store").split("__"):
        found = row if name == "pk" else getattr(found, name, None)
    zone: tzinfo = getattr(found, "zone", None) or get_default_timezone()
    return zone


def moment(at: datetime, zone: tzinfo | None = None) -> SafeString:
    """A day and its time in a cell of their own, on one line."""
    return format_html('<span class="whitespace-nowrap">{}</span>', clock(at, zone))


def noted(cell: object, note: object) -> SafeString:
    """A cell with a quieter line beneath."""
    return format_html('{} <div class="text-font-subtle-light">{}</div>', cell, note)
