"""The page of results: two figures first, then tiles, then charts with their tables."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.lift import Lift
from campaigns.models import Campaign
from campaigns.outcomes import GroupOutcome, months
from campaigns.progress import progress
from campaigns.results import Results, per_thousand, results
from common.money import format_count, format_money
from common.tables import Column, day, number, table
from stores.admin.figures import format_percent

from .results_charts import charts_of, each_thousand, write_end


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the first two figures: what it is of, how it stands, and why."""

    title: str
    figure: str
    note: str
    so_far: str
    standing: str  # gain, loss, unknown


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with what it is of."""

    title: str
    figure: str
    note: str = ""


def results_page(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """All of it, the first figures first."""
    found = results(campaign, at=at)
    by_month = months(campaign, at=at)
    return {
        "headlines": list(_headlines(found)),
        "people": _people(found),
        "standing": _standing(campaign),
        "margin_note": _margin_note(found),
        "tiles": list(_tiles(found)),
        "charts": list(charts_of(found, by_month)),
        "variants": _variants(found),
        **progress_page(campaign, at=at),
    }


def progress_page(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """How far a send is; nothing where nothing is on its way."""
    shown = progress(campaign, at=at)
    if shown is None:
        return {"progress": None}
    told = {"done": format_count(shown.done), "total": format_count(shown.total)}
    return {
        "progress": shown,
        "progress_says": _("%(done)s of %(total)s") % told,
        "progress_held": format_count(shown.held) if shown.held else "",
    }


def _headlines(found: Results) -> Iterator[Headline]:
    yield _headline(
        _("Extra visits for every 1,000 people"), found.lift, per_thousand,
        days=found.days_more,
    )  # fmt: skip
    if found.lift is None:
        return
    if found.margin_lift is None:
        yield Headline(
            _("Extra margin for every 1,000 people"),
            "–",
            _("Enter the gross margin in the shop policy to see it.")
            if found.margin_per_mille is None
            else _("There were no bills before it to measure it by."),
            "",
            "unknown",
        )
        return
    yield _headline(
        _("Extra margin for every 1,000 people"),
        found.margin_lift,
        signed_money,
        days=found.margin_days,
    )


def _headline(
    title: str, known: Lift | None, write: Any, *, days: int | None = None
) -> Headline:
    if known is None:
        return Headline(
            title,
            _("Not known"),
            _("Nobody is held out to compare with"),
            "",
            "unknown",
        )
    bounds = {
        "effect": write(known.effect), "low": write_end(known.low, write),
        "high": write_end(known.high, write),
    }  # fmt: skip
    if known.is_known:
        standing = "gain" if known.effect > 0 else "loss"
        note = _("between %(low)s and %(high)s, whenever one looks") % bounds
        return Headline(title, bounds["effect"], note, "", standing)
    needed = format_count(known.more or 0)
    note = _("about %(count)s more people") % {"count": needed}
    if days is not None:
        note = ngettext(
            "about %(count)s more people, %(days)s day",
            "about %(count)s more people, %(days)s days",
            days,
        ) % {"count": needed, "days": format_count(days)}
    so_far = ""
    if math.isfinite(known.high):
        so_far = _("So far %(effect)s, but anything from %(low)s to %(high)s fits.")
        so_far %= bounds
    return Headline(title, _("Not known yet"), note, so_far, "unknown")


def signed_money(each: float) -> str:
    """Of a thousand people, in money, with its sign."""
    amount = round(each * 1000)
    return f"{'−' if amount < 0 else '+'}{format_money(abs(amount))}"


def _standing(campaign: Campaign) -> str:
    """Where it stands, and since when."""
    told = str(campaign.get_state_display())
    if campaign.started_at is None:
        return told
    since = _("since %(day)s") % {"day": day(campaign.started_at)}
    return f"{told} · {since}"


def _margin_note(found: Results) -> str:
    """What the extra margin reckons with."""
    if found.margin_per_mille is None:
        return ""
    return _(
        "Margin: %(share)s of what was bought (shop policy), less what its coupons "
        "took off and what its points are worth."
    ) % {"share": format_percent(found.margin_per_mille)}


def _people(found: Results) -> str:
    """Both groups in a sentence."""
    treated, held_out = found.treated.visits, found.held_out.visits
    told = _(
        "%(people)s people were in it; %(visits)s visits for every 1,000 of them "
        "within 30 days. "
    ) % {
        "people": format_count(treated.people),
        "visits": format_count(each_thousand(treated.people, treated.total) or 0),
    }
    if held_out.people:
        told += _(
            "%(people)s were held out to compare; %(visits)s visits for every 1,000, "
            "by themselves."
        ) % {
            "people": format_count(held_out.people),
            "visits": format_count(each_thousand(held_out.people, held_out.total) or 0),
        }
    return told.strip()


def _tiles(found: Results) -> Iterator[Tile]:
    sent = found.messages
    people = found.treated.visits.people
    yield Tile(
        _("Sent"),
        format_count(sent.sent),
        _("to %(count)s people") % {"count": format_count(sent.people)},
    )
    yield _share(_("Delivered"), sent.delivered, sent.sent)
    yield _share(
        _("Opened (machines included)"),
        sent.opened,
        sent.emails,
        _("of the e-mails"),
        _("no e-mail was sent"),
    )
    yield _share(
        _("Redeemed"),
        found.redeemed,
        found.coupons,
        _("of the coupons given"),
        _("no coupon was given"),
    )
    yield _share(
        _("Returned"),
        found.treated.returned,
        people,
        _("came within 30 days, for whatever reason"),
    )
    yield Tile(
        _("Spend after, for every 1,000 people"),
        _spent(found.treated),
        _("control group: %(amount)s") % {"amount": _spent(found.held_out)},
    )
    yield _cost(found)
    yield _share(_("Complaints"), sent.complained, sent.sent, _("reported as spam"))
    yield _share(_("Unsubscribed"), sent.unsubscribed, sent.sent)


def _share(title: str, count: int, of: int, what: str = "", none: str = "") -> Tile:
    """A count, and what share of its whole that is; `none` where there is no whole."""
    if not of:
        return Tile(title, format_count(count) if count else "–", none)
    told = _("%(share)s of %(all)s") % {
        "share": percent(count, of), "all": format_count(of)
    }  # fmt: skip
    return Tile(title, format_count(count), f"{told} · {what}" if what else told)


def percent(count: int, of: int) -> str:
    """With one decimal."""
    return format_percent((count * 1000 + of // 2) // of)


def _spent(group: GroupOutcome) -> str:
    each = each_thousand(group.visits.people, group.spent)
    return "–" if each is None else format_money(each)


def _cost(found: Results) -> Tile:
    each, bounds = found.cost_per_visit, found.cost_bounds
    title = _("Cost of an extra visit")
    spent = _("Its gifts cost %(amount)s so far.") % {
        "amount": format_money(found.cost)
    }
    if each is None or bounds is None:
        return Tile(title, _("Not known yet"), spent)
    between = _("between %(low)s and %(high)s") % {
        "low": format_money(bounds[0]), "high": format_money(bounds[1])
    }  # fmt: skip
    return Tile(title, format_money(each), f"{between} · {spent}")


def _variants(found: Results) -> dict[str, Any] | None:
    """A and B beside each other; nothing where there is one."""
    if not found.variant_b.visits.people:
        return None
    known = found.variants
    sentence = _("Nobody knows yet which of the two brings more visits.")
    if known is not None and known.is_known:
        better, worse = ("B", "A") if known.effect > 0 else ("A", "B")
        sentence = _("%(better)s brings more visits than %(worse)s.") % {
            "better": better, "worse": worse
        }  # fmt: skip
    heads: list[str | Column] = [
        _("Variant"), number(_("People")), number(_("Visits for every 1,000")),
        number(_("Returned")),
    ]  # fmt: skip
    rows = [
        (
            name,
            group.visits.people,
            each_thousand(group.visits.people, group.visits.total),
            group.returned,
        )
        for name, group in (("A", found.variant_a), ("B", found.variant_b))
    ]
    return {"sentence": sentence, "table": table(heads, rows)}
