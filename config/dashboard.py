"""The first page of the office: today, a fortnight, what is owed, the proof."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast

from babel.dates import format_skeleton
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import money
from ledger import selectors as ledger_selectors
from ledger.kinds import EntryKind
from stores import selectors as stores_selectors
from stores.models import Shift, ShiftCount, User

DAYS = 14
PROOF_STALE_AFTER = timedelta(hours=26)
SHIFTS_SHOWN = 8
# Seconds for which sums over all the books are kept.
OWED_KEPT: Final = 300
DAYS_KEPT: Final = 3600
# How long a drawer that did not add up stays on the page.
DIFFERENCE_DAYS: Final = 7


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this person may see, cut to their stores; the rest is left out."""
    user, at = cast(User, request.user), timezone.now()
    if user.has_perm("ledger.view_entry"):
        context["days"] = entries_of(user, at=at)
    if stores_selectors.user_may_everywhere(user, "ledger.view_account"):
        context["owed"] = cache.get_or_set(
            "office:owed", ledger_selectors.liabilities, OWED_KEPT
        )
    if user.has_perm("ledger.view_proofrun"):
        context["proof"] = proof(at=at)
    if user.has_perm("stores.view_shift"):
        context["open_shifts"] = open_shifts(user)
        context["differences"] = differences(user, at=at)
    return context


def today_of(user: User, *, at: datetime) -> date:
    """The business day that has begun in this person's stores."""
    stores = stores_selectors.stores_for(user, "ledger.view_entry")
    days = (stores_selectors.business_date(store, at) for store in stores)
    return max(days, default=timezone.localdate(at))


def entries_of(user: User, *, at: datetime) -> dict[str, Any]:
    """Today's entries by kind, and the last fortnight as two charts."""
    stores: list[int] | None = None
    if not stores_selectors.user_may_everywhere(user, "ledger.view_entry"):
        mine = stores_selectors.stores_for(user, "ledger.view_entry")
        stores = list(mine.values_list("pk", flat=True))
    today = today_of(user, at=at)
    rows = [
        *_days_before(today, stores),
        *ledger_selectors.daily_totals(days=1, until=today, stores=stores),
    ]
    moved = dict.fromkeys((today - timedelta(n) for n in reversed(range(DAYS))), 0)
    counted = dict.fromkeys(moved, 0)
    for row in rows:
        if row["unit"] == settings.CURRENCY:
            moved[row["day"]] += row["amount"]
        counted[row["day"]] += row["entries"]
    return {
        "today": today,
        "kinds": [_named(row) for row in rows if row["day"] == today],
        "entries_today": counted[today],
        "moved_today": moved[today],
        "is_empty": not rows,
        "chart_options": _options(),
        "moved_chart": _chart(
            {day: money.plain(amount) for day, amount in moved.items()},
            label=_("Value moved, %(currency)s") % {"currency": settings.CURRENCY},
            colour="--color-primary-600",
        ),
        "entries_chart": _chart(
            counted, label=_("Entries"), colour="--color-primary-300"
        ),
    }


def _days_before(today: date, stores: list[int] | None) -> list[dict[str, Any]]:
    """The days before today: added up once an hour, as little is written to them."""
    yesterday = today - timedelta(days=1)
    where = "all" if stores is None else "-".join(map(str, sorted(stores)))
    found = cache.get_or_set(
        f"office:days:{yesterday}:{sha256(where.encode()).hexdigest()[:24]}",
        lambda: ledger_selectors.daily_totals(
            days=DAYS - 1, until=yesterday, stores=stores
        ),
        DAYS_KEPT,
    )
    return cast("list[dict[str, Any]]", found)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "label": EntryKind(row["kind"]).label}


def _chart(points: dict[date, Any], *, label: str, colour: str) -> str:
    """What the theme's chart reads; amounts go as text, so that no float is made."""
    locale = money.reader_locale()
    return json.dumps(
        {
            "labels": [format_skeleton("MMMd", day, locale=locale) for day in points],
            "datasets": [
                {
                    "label": label,
                    "data": list(points.values()),
                    "backgroundColor": f"var({colour})",
                    "borderRadius": 4,
                    "maxBarThickness": 28,
                }
            ],
        },
        ensure_ascii=False,
    )


def _options() -> str:
    """How both charts are drawn: no frame, no legend, figures as the reader's."""
    script = "TC" if get_language() == "zh-hant" else "SC"
    family = f"system-ui, 'PingFang {script}', 'Noto Sans CJK {script}', sans-serif"
    font = {"family": family}
    ticks = {"font": font, "color": "#68726c"}
    return json.dumps(
        {
            "responsive": True,
            "maintainAspectRatio": False,
            "animation": False,
            "locale": money.reader_locale().replace("_", "-"),
            "plugins": {"legend": {"display": False}},
            "scales": {
                "x": {
                    "grid": {"display": False},
                    "border": {"color": "#e4dfd6"},
                    "ticks": {**ticks, "maxRotation": 0, "maxTicksLimit": 7},
                },
                "y": {
                    "beginAtZero": True,
                    "grid": {"lineWidth": 0.5},
                    "border": {"display": False},
                    "ticks": {**ticks, "maxTicksLimit": 6, "precision": 0},
                },
            },
        }
    )


def proof(*, at: datetime) -> dict[str, Any]:
    """The last proof, and whether it is too old to lean on."""
    run = ledger_selectors.latest_proof()
    return {
        "run": run,
        "is_stale": run is not None and at - run.finished_at > PROOF_STALE_AFTER,
        "is_proven": run is not None and run.is_proven,
        "differences": len(run.differences) if run is not None else 0,
    }


def open_shifts(user: User) -> dict[str, Any]:
    """Drawers that are in someone's hands now."""
    stores = stores_selectors.stores_for(user, "stores.view_shift")
    rows = (
        Shift.objects.filter(closed_at=None, store__in=stores)
        .select_related("store", "till", "holder")
        .order_by("opened_at")
    )
    return {"count": rows.count(), "rows": rows[:SHIFTS_SHOWN]}


def differences(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """Counts of the last week that did not agree with the books, the newest first."""
    stores = stores_selectors.stores_for(user, "stores.view_shift")
    since = timezone.localdate(at) - timedelta(days=DIFFERENCE_DAYS)
    rows = (
        ShiftCount.objects.filter(
            shift__store__in=stores, shift__business_date__gte=since
        )
        .exclude(difference=0)
        .select_related("shift__store", "shift__till__store", "shift__closed_by")
        .order_by("-shift__closed_at", "tender")
    )
    return [
        {"count": row, "tender": stores_selectors.tender_name(row.tender)}
        for row in rows[:SHIFTS_SHOWN]
    ]
