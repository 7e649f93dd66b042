"""How earning is explained to whoever asks, and what the acts are called."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import format_count, format_money

from .earning import PER_MILLE

WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")

WHY_NOT: Final[dict[str, Promise]] = {
    "switched_off": gettext_lazy("not in use"),
    "too_early": gettext_lazy("has not begun yet"),
    "over": gettext_lazy("is over"),
    "other_tier": gettext_lazy("is for other tiers"),
    "other_store": gettext_lazy("is for other stores"),
    "other_weekday": gettext_lazy("is for other weekdays"),
    "other_day": gettext_lazy("is for other days of the month"),
    "other_hour": gettext_lazy("is for other hours"),
    "no_birthday": gettext_lazy("is for birthdays"),
    "nothing": gettext_lazy("nothing on the bill counts for it"),
    "too_little": gettext_lazy("the amount is too small for it"),
}
ACTS: Final[dict[str, Promise]] = {
    "points.accrue": gettext_lazy("Points credited"),
    "points.refunded": gettext_lazy("Points taken back"),
    "points.clawed_back": gettext_lazy("Gift of points taken back"),
    "points.redeem_points": gettext_lazy("Points spent"),
    "points.returned": gettext_lazy("Spent points returned"),
    "points.grant_points": gettext_lazy("Points given by hand"),
    "points.rule_saved": gettext_lazy("Earning rule saved"),
    "points.reward_saved": gettext_lazy("Reward saved"),
    "points.restocked": gettext_lazy("Reward restocked"),
    "points.stamp_programme_saved": gettext_lazy("Stamp programme saved"),
    "points.task_saved": gettext_lazy("Task saved"),
    "points.reward_ordered": gettext_lazy("Reward ordered"),
    "points.reward_handed_over": gettext_lazy("Reward handed over"),
    "points.reward_cancelled": gettext_lazy("Reward order cancelled"),
    "points.wrong_code": gettext_lazy("Wrong code"),
    "points.stamps_given": gettext_lazy("Stamps given"),
    "points.stamps_taken_back": gettext_lazy("Stamps taken back"),
    "points.receipt_issued": gettext_lazy("Receipt code printed"),
    "points.receipt_claimed": gettext_lazy("Receipt claimed"),
    "points.receipt_voided": gettext_lazy("Receipt code voided"),
    "points.task_done": gettext_lazy("Task done"),
}


def explain_step(step: dict[str, Any]) -> str:
    """A rule's part in what was earned, in one sentence; of a step as it is kept."""
    if step.get("reason") == "capped":
        most = format_count(step.get("flat", 0))
        return _("No more than %(most)s points, the limit that was left.") % {
            "most": most
        }
    name = step.get("name") or _("The shop’s rate")
    if reason := step.get("reason"):
        return _("%(rule)s: not counted, %(why)s.") % {
            "rule": name,
            "why": WHY_NOT[reason],
        }
    if step.get("is_factor"):
        times = Decimal(step.get("factor", PER_MILLE)) / PER_MILLE
        written = f"{times.normalize():f}"
        return _("%(rule)s: times %(factor)s.") % {"rule": name, "factor": written}
    unit = _("points") if step["programme"] == "points" else _("growth value")
    parts = []
    if step.get("earn"):
        parts.append(
            _("%(count)s %(unit)s for each %(amount)s")
            % {
                "count": format_count(step["earn"]),
                "unit": unit,
                "amount": format_money(step.get("per", 1)),
            }
        )
    if step.get("flat"):
        parts.append(
            _("%(count)s %(unit)s once")
            % {"count": format_count(step["flat"]), "unit": unit}
        )
    return _("%(rule)s: %(what)s.") % {
        "rule": name,
        "what": ", ".join(parts) or _("nothing"),
    }


def period_words(period: str) -> str:
    """The period in which a task counted, as people write it."""
    if period == "once":
        return _("once")
    week = WEEK.fullmatch(period)
    if week:
        return _("week %(week)d of %(year)s") % {"week": int(week[2]), "year": week[1]}
    with suppress(ValueError):
        return date_format(date.fromisoformat(period), "SHORT_DATE_FORMAT")
    with suppress(ValueError):
        return date_format(date.fromisoformat(f"{period}-01"), "YEAR_MONTH_FORMAT")
    return period.removeprefix("about:")
