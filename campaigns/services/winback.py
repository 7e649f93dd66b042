"""How each way to miss a regular would have done: looked at once a week."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from campaigns.models import Band, Method, WinBackPolicy, WinBackReview
from campaigns.winback import UNTIL, bands
from policies import selectors as policies_selectors

QUARTER: Final = 90  # days
# Ranked from the most to the least likely to come again, ties in the middle: the sum of
# the ranks of those who stayed away says how well two are told apart (Mann-Whitney).
JUDGE: Final = """
WITH past AS MATERIALIZED ({past}), judged AS (
  SELECT b.band, b.score, r.member_id IS NOT NULL AS came
    FROM {bands} b JOIN members_member m ON m.id = b.member_id AND m.status = 'active'
    LEFT JOIN (SELECT DISTINCT v.member_id FROM recognition_visit v
                WHERE v.voided_at IS NULL AND v.business_date > {day}
                  AND v.business_date <= {until}) r ON r.member_id = b.member_id
), ranked AS (
  SELECT j.band, j.came, rank() OVER (ORDER BY j.score)
         + (count(*) OVER (PARTITION BY j.score) - 1) / 2.0 AS place
    FROM judged j
)
SELECT band, count(*), count(*) FILTER (WHERE came),
       coalesce(sum(place) FILTER (WHERE NOT came), 0)
  FROM ranked GROUP BY GROUPING SETS ((band), ())
"""
COUNT: Final = """
SELECT b.band, count(*) FROM {bands} b
  JOIN members_member m ON m.id = b.member_id AND m.status = 'active' GROUP BY b.band
"""


@dataclass(slots=True)
class _Values:
    """Places for values in a statement, by name."""

    told: dict[str, Any] = field(default_factory=dict)

    def __call__(self, value: Any, kind: str) -> str:
        name = f"p{len(self.told)}"
        self.told[name] = value
        return f"%({name})s::{kind}"


def review_win_back(*, at: datetime) -> WinBackReview:
    """Judge the quarter that ended yesterday by each method; count the bands of now.

    Once a day: the second time answers the first.
    """
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    policy = policies_selectors.in_force(WinBackPolicy, at=at)
    review, _is_new = WinBackReview.objects.get_or_create(
        day=today,
        defaults={
            "policy": policy,
            "results": {
                method: _judge(policy, method, today) for method in Method.values
            },
            "now": {method: _count(policy, method, today) for method in Method.values},
            "made_at": at,
        },
    )
    return review


def _judge(policy: WinBackPolicy, method: str, today: date) -> dict[str, Any]:
    """What was known when the quarter began, against who came until its end."""
    until = today - timedelta(days=1)
    began = until - timedelta(days=QUARTER)
    value = _Values()
    day = value(began, "date")
    text = JUDGE.format(
        past=UNTIL.format(day=day).strip()[1:-1],
        bands=bands(policy, method, summary="past", day=began, value=value),
        day=day,
        until=value(until, "date"),
    )
    found = {
        band: (total, came, ranks) for band, total, came, ranks in _run(text, value)
    }
    total, came, ranks = found.pop(None, (0, 0, Decimal(0)))
    return {
        "auc": _auc(total, came, Decimal(ranks)),
        "bands": {band: list(found.get(band, (0, 0))[:2]) for band in Band.values},
    }


def _auc(total: int, came: int, ranks: Decimal) -> int | None:
    """The chance, in thousandths, that of two of whom one came again the other ranks as
    less likely; none where all or nobody came.
    """
    away = total - came
    if not away or not came:
        return None
    wins = ranks - Decimal(away) * (away + 1) / 2
    thousandths = wins * 1000 / (Decimal(away) * came)
    return int(thousandths.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _count(policy: WinBackPolicy, method: str, today: date) -> dict[str, int]:
    value = _Values()
    table = bands(
        policy, method, summary="recognition_visitsummary", day=today, value=value
    )
    found = dict(_run(COUNT.format(bands=table), value))
    return {band: found.get(band, 0) for band in Band.values}


def _run(text: str, value: _Values) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, value.told)
        return list(cursor.fetchall())
