"""The small tables that stand inside the admin's pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime


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


def day(at: datetime) -> str:
    """The day that it was, or will be, where the reader is."""
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


def clock(at: datetime) -> str:
    """A day and its time where the reader is."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def moment(at: datetime) -> SafeString:
    """A day and its time in a cell of their own, on one line."""
    return format_html('<span class="whitespace-nowrap">{}</span>', clock(at))


def noted(cell: object, note: object) -> SafeString:
    """A cell with a quieter line beneath."""
    return format_html('{} <div class="text-font-subtle-light">{}</div>', cell, note)
