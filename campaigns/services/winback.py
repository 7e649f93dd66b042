"""How each way to miss a regular would have done: looked at once a week."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Self

from django.db import connection

from campaigns.chance import FittedRates, VisitGroup, fit
from campaigns.days import house_zone
from campaigns.models import Band, Method, ReturnFit, WinBackPolicy, WinBackReview
from campaigns.winback import UNTIL, bands
from common.months import midnight
from policies import selectors as policies_selectors
from recognition.models import VisitSummary

QUARTER: Final = 90  # days
OFTEN: Final = 3  # days with a visit
ENOUGH: Final = 300  # members who came so often, before a chance is fitted
# Ranked from the most to the least likely to come again, ties in the middle: the sum of
# the ranks of those who stayed away says how well two are told apart (Mann-Whitney).
# Whoever a campaign wrote to meanwhile, or gave something, tells nothing of themselves.
WRITTEN_TO: Final = """EXISTS (
  SELECT FROM campaigns_journey j
    JOIN campaigns_journeymessage w ON w.journey_id = j.id
    JOIN messaging_message g ON g.id = w.message_id
   WHERE j.member_id = b.member_id AND g.created_at >= {since} AND g.created_at < {end})
OR EXISTS (
  SELECT FROM campaigns_grant t
   WHERE t.member_id = b.member_id AND t.at >= {since} AND t.at < {end})"""
JUDGE: Final = """
WITH past AS MATERIALIZED ({past}), judged AS (
  SELECT b.band, b.score, r.member_id IS NOT NULL AS came
    FROM {bands} b JOIN members_member m ON m.id = b.member_id AND m.status = 'active'
    LEFT JOIN (SELECT DISTINCT v.member_id FROM recognition_visit v
                WHERE v.voided_at IS NULL AND v.business_date > {day}
                  AND v.business_date <= {until}) r ON r.member_id = b.member_id
   WHERE NOT ({written_to})
), ranked AS (
  SELECT j.band, j.came, rank() OVER (ORDER BY j.score)
         + (count(*) OVER (PARTITION BY j.score) - 1) / 2.0 AS place
    FROM judged j
)
SELECT band, count(*), count(*) FILTER (WHERE came),
       coalesce(sum(place) FILTER (WHERE NOT came), 0)
  FROM ranked GROUP BY GROUPING SETS ((band), ())
"""
LEFT_OUT: Final = """
SELECT count(*) FROM {past} b
  JOIN members_member m ON m.id = b.member_id AND m.status = 'active'
 WHERE {written_to}
"""
# Equal histories, to the week.
GROUPS: Final = """
SELECT s.days - 1, round((s.last_on - s.first_on) / 7.0),
       round(greatest({day} - s.first_on, s.last_on - s.first_on) / 7.0), count(*)
  FROM {summary} s JOIN members_member m ON m.id = s.member_id AND m.status = 'active'
 WHERE s.last_on IS NOT NULL GROUP BY 1, 2, 3
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


@dataclass(frozen=True, slots=True)
class Quarter:
    """The days after which it was seen who came, until the last of them."""

    began: date
    until: date

    @classmethod
    def before(cls, today: date) -> Self:
        """The one that ended yesterday."""
        until = today - timedelta(days=1)
        return cls(until - timedelta(days=QUARTER), until)

    def written_to(self, value: _Values) -> str:
        """Whether a campaign reached somebody in it."""
        begins, ends = (
            midnight(day + timedelta(days=1), house_zone())
            for day in (self.began, self.until)
        )
        return WRITTEN_TO.format(
            since=value(begins, "timestamptz"), end=value(ends, "timestamptz")
        )


def review_win_back(*, at: datetime) -> WinBackReview:
    """Judge the quarter that ended yesterday by each method; count the bands of now.

    Once a day: the second time answers the first.
    """
    today = at.astimezone(house_zone()).date()
    policy = policies_selectors.in_force(WinBackPolicy, at=at)
    known = WinBackReview.objects.filter(day=today).first()
    if known is not None:
        return known
    quarter = Quarter.before(today)
    _keep_rates(today)
    past = fit_rates(quarter.began, summary=UNTIL)
    review, _is_new = WinBackReview.objects.get_or_create(
        day=today,
        defaults={
            "policy": policy,
            "results": {
                method: _judge(policy, method, quarter, past)
                for method in Method.values
            },
            "now": {method: _count(policy, method, today) for method in Method.values},
            "left_out": _left_out(quarter),
            "made_at": at,
        },
    )
    return review


def _keep_rates(today: date) -> None:
    """Those by which the chance is reckoned from today on."""
    rates = fit_rates(today, summary="recognition_visitsummary")
    if rates is None:
        return
    ReturnFit.objects.update_or_create(
        day=today,
        defaults={
            "r": rates.r,
            "alpha": rates.alpha,
            "a": rates.a,
            "b": rates.b,
            "log_likelihood": rates.log_likelihood,
            "members": VisitSummary.objects.filter(visits__gt=0).count(),
        },
    )


def fit_rates(day: date, *, summary: str) -> FittedRates | None:
    """Of all that was known on a day; none before enough members came often enough."""
    value = _Values()
    place = value(day, "date")
    text = GROUPS.format(summary=summary.format(day=place), day=place)
    groups = [
        VisitGroup(int(repeats), float(last), float(age), int(guests))
        for repeats, last, age, guests in _run(text, value)
    ]
    often = sum(group.guests for group in groups if group.repeats >= OFTEN - 1)
    return fit(groups) if often >= ENOUGH else None


def _left_out(quarter: "Quarter") -> int:
    value = _Values()
    text = LEFT_OUT.format(
        past=UNTIL.format(day=value(quarter.began, "date")),
        written_to=quarter.written_to(value),
    )
    return int(_run(text, value)[0][0])


def _judge(
    policy: WinBackPolicy, method: str, quarter: "Quarter", rates: FittedRates | None
) -> dict[str, Any]:
    """What was known when the quarter began, against who came until its end."""
    if method == Method.CHANCE and rates is None:
        return {"auc": None, "bands": {}}
    value = _Values()
    day = value(quarter.began, "date")
    text = JUDGE.format(
        past=UNTIL.format(day=day).strip()[1:-1],
        bands=bands(
            policy,
            method,
            summary="past",
            day=quarter.began,
            value=value,
            rates=rates,
        ),
        day=day,
        until=value(quarter.until, "date"),
        written_to=quarter.written_to(value),
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
