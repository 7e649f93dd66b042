"""The charts of the page of results, each with the table that says the same."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.lift import Lift, lift
from campaigns.outcomes import NOBODY, MonthOutcome
from campaigns.results import Results, per_thousand
from common.money import format_count
from common.tables import Column, number, table

from .charts import bars, interval, steps


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the table that says the same."""

    title: str
    kind: str
    data: str
    options: str
    table: SafeString


def charts_of(found: Results, by_month: Sequence[MonthOutcome]) -> Iterator[Chart]:
    if not by_month:
        return
    names = [date_format(one.begins, "YEAR_MONTH_FORMAT") for one in by_month]
    pooled = _pooled(by_month)
    if any(one is not None for one in pooled):
        data, options = interval(
            names,
            [per_thousand_or_none(one.effect if one else None) for one in pooled],
            [per_thousand_or_none(one.low if one else None) for one in pooled],
            [per_thousand_or_none(one.high if one else None) for one in pooled],
        )
        yield Chart(
            _("Extra visits for every 1,000, months pooled"),
            "line", data, options, _pooled_table(names, pooled),
        )  # fmt: skip
    rows = [_month_row(one) for one in by_month]
    data, options = bars(
        names,
        {
            _("Written to"): [row[1] for row in rows],
            _("Control group"): [row[3] for row in rows],
        },
    )
    heads: list[str | Column] = [
        _("Month of entry"),
        number(_("People")),
        number(_("Visits for every 1,000")),
        number(_("Control group")),
        number(_("Visits for every 1,000")),
    ]
    yield Chart(
        _("Visits for every 1,000 by month of entry"),
        "bar", data, options,
        table(heads, [(name, *row) for name, row in zip(names, rows, strict=True)]),
    )  # fmt: skip
    yield _funnel(found)


def _pooled(by_month: Sequence[MonthOutcome]) -> list[Lift | None]:
    """Of all who came in until the end of each month."""
    treated, held_out = NOBODY, NOBODY
    found = []
    for one in by_month:
        treated, held_out = treated + one.treated, held_out + one.held_out
        found.append(lift(treated, held_out))
    return found


def _pooled_table(names: Sequence[str], pooled: Sequence[Lift | None]) -> SafeString:
    heads: list[str | Column] = [
        _("Until the end of"), number(_("Extra visits for every 1,000")),
        number(_("From")), number(_("To")), _("Known"),
    ]  # fmt: skip
    return table(
        heads,
        [
            (
                name,
                one and per_thousand(one.effect),
                one and write_end(one.low, per_thousand),
                one and write_end(one.high, per_thousand),
                _("yes") if one is not None and one.is_known else _("not yet"),
            )
            for name, one in zip(names, pooled, strict=True)
        ],
    )


def per_thousand_or_none(each: float | None) -> int | None:
    """For a picture, which leaves out what nobody knows."""
    if each is None or not math.isfinite(each):
        return None
    return round(each * 1000)


def _month_row(one: MonthOutcome) -> tuple[int | None, ...]:
    return (
        one.treated.people,
        each_thousand(one.treated.people, one.treated.total),
        one.held_out.people,
        each_thousand(one.held_out.people, one.held_out.total),
    )


def _funnel(found: Results) -> Chart:
    sent = found.messages
    counted: list[tuple[str, int]] = [
        (_("Sent"), sent.sent),
        (_("Delivered"), sent.delivered),
        (_("Bounced"), sent.bounced),
        (_("Opened (machines included)"), sent.opened),
        (_("Links opened"), sent.clicked),
        (_("Gifts"), found.gifts),
        (_("Coupons used"), found.redeemed),
        (_("Returned"), found.treated.returned),
        (_("Reported as spam"), sent.complained),
        (_("Unsubscribed"), sent.unsubscribed),
    ]
    data, options = steps(
        [name for name, _count in counted],
        _("Count"),
        [count for _name, count in counted],
    )
    rows = [(name, format_count(count)) for name, count in counted]
    counts = table([_("What"), number(_("Count"))], rows)
    return Chart(_("From sent to returned"), "steps", data, options, counts)


def write_end(each: float, write: Callable[[float], str]) -> str:
    """An end of an interval; one that nobody knows is a dash."""
    return write(each) if math.isfinite(each) else "–"


def each_thousand(people: int, count: int) -> int | None:
    """Of every thousand of them; None where there is nobody."""
    return None if not people else (count * 1000 + people // 2) // people
