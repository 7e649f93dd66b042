"""The bands of those who stay away, as SQL over the sums of visits.

Own rhythm: the median of the days between visits of whoever came on three days or more,
else the 75th percentile of these at the store of the last visit, else of all stores.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from .chance import FittedRates
from .models import Method, ReturnFit, WinBackPolicy

type Value = Callable[[Any, str], str]  # a place for a value, in its type

# Visits up to a day, in the shape of the summary that is kept.
UNTIL: Final = """
(SELECT d.member_id, min(d.business_date) AS first_on,
        max(d.business_date) AS last_on, count(*) AS days,
        (array_agg(d.store_id ORDER BY d.business_date DESC))[1] AS last_store_id,
        CASE WHEN count(*) >= 3
             THEN (percentile_cont(0.5) WITHIN GROUP (ORDER BY d.gap))::numeric(7, 1)
         END AS rhythm_days
   FROM (SELECT v.member_id, v.business_date,
                (array_agg(v.store_id ORDER BY v.id DESC))[1] AS store_id,
                v.business_date - lag(v.business_date)
                  OVER (PARTITION BY v.member_id ORDER BY v.business_date) AS gap
           FROM recognition_visit v
          WHERE v.voided_at IS NULL AND v.business_date <= {day}
          GROUP BY v.member_id, v.business_date) d
  GROUP BY d.member_id)"""
# `band`, and `score`: the higher, the less likely somebody comes again.
OWN_RHYTHM: Final = """
(WITH usual AS MATERIALIZED (
   SELECT r.last_store_id,
          percentile_cont(0.75) WITHIN GROUP (ORDER BY r.rhythm_days)::numeric AS gap
     FROM {summary} r WHERE r.rhythm_days IS NOT NULL GROUP BY r.last_store_id
 ), away AS (
   SELECT r.member_id, {day} - r.last_on AS days,
          coalesce(r.rhythm_days, here.gap, (
            SELECT percentile_cont(0.75) WITHIN GROUP (ORDER BY e.rhythm_days)::numeric
              FROM {summary} e WHERE e.rhythm_days IS NOT NULL), {least}) AS gap
     FROM {summary} r LEFT JOIN usual here ON here.last_store_id = r.last_store_id
    WHERE r.last_on IS NOT NULL
 )
 SELECT a.member_id, a.days / a.gap AS score,
        CASE WHEN a.days > {most}
               OR a.days > {lost} * a.gap AND a.days > {least} THEN 'lost'
             WHEN a.days > {dormant} * a.gap AND a.days > {least} THEN 'dormant'
             WHEN a.days > {at_risk} * a.gap THEN 'at_risk'
             ELSE 'regular' END AS band
   FROM away a)"""
DAYS_SINCE: Final = """
(SELECT r.member_id, ({day} - r.last_on)::numeric AS score,
        CASE WHEN r.last_on < {day} - {lost} THEN 'lost'
             WHEN r.last_on < {day} - {dormant} THEN 'dormant'
             WHEN r.last_on < {day} - {at_risk} THEN 'at_risk'
             ELSE 'regular' END AS band
   FROM {summary} r WHERE r.last_on IS NOT NULL)"""
# The chance of a visit within ninety days, as `chance.FittedRates` reckons it; what is
# beyond the largest number is as good as that.
CHANCE: Final = """
(SELECT c.member_id, (1 - c.chance)::numeric AS score,
        CASE WHEN c.away > {most} OR c.percent < {lost} AND c.away > {least} THEN 'lost'
             WHEN c.percent < {dormant} AND c.away > {least} THEN 'dormant'
             WHEN c.percent < {at_risk} THEN 'at_risk'
             ELSE 'regular' END AS band
   FROM (SELECT of.*, 100 * of.chance AS percent FROM (
     SELECT k.member_id, k.away,
            CASE WHEN k.repeats = 0 THEN 1 ELSE 1 / (1 + exp(least(700,
              ln({a} / ({b} + k.repeats - 1))
              + ({r} + k.repeats) * ln(({alpha} + k.age) / ({alpha} + k.last))))) END
            * (1 - exp(greatest(-700, ({r} + k.repeats)
              * ln(({alpha} + k.age) / ({alpha} + k.age + {weeks}))))) AS chance
       FROM (SELECT s.member_id, {day} - s.last_on AS away,
                    (s.days - 1)::float8 AS repeats,
                    (s.last_on - s.first_on) / 7::float8 AS last,
                    greatest({day} - s.first_on, s.last_on - s.first_on) / 7::float8
                      AS age
               FROM {summary} s WHERE s.last_on IS NOT NULL) k) of) c)"""
WEEKS: Final = 90 / 7


def bands(
    policy: WinBackPolicy,
    method: str,
    *,
    summary: str,
    day: date,
    value: Value,
    rates: FittedRates | None = None,
) -> str:
    """A table of `member_id`, `band` and `score` of everyone who came, as of a day.

    By chance where `rates` are given or were fitted by that day; else by own rhythm.
    """
    today = value(day, "date")
    if method == Method.CHANCE:
        rates = rates or rates_on(day)
    if method == Method.CHANCE and rates is not None:
        return CHANCE.format(
            summary=summary,
            day=today,
            r=value(rates.r, "float8"),
            alpha=value(rates.alpha, "float8"),
            a=value(rates.a, "float8"),
            b=value(rates.b, "float8"),
            weeks=value(WEEKS, "float8"),
            at_risk=value(policy.at_risk_percent, "int"),
            dormant=value(policy.dormant_percent, "int"),
            lost=value(policy.lost_percent, "int"),
            least=value(policy.dormant_least_days, "int"),
            most=value(policy.lost_most_days, "int"),
        )
    if method == Method.DAYS_SINCE:
        return DAYS_SINCE.format(
            summary=summary,
            day=today,
            at_risk=value(policy.at_risk_days, "int"),
            dormant=value(policy.dormant_days, "int"),
            lost=value(policy.lost_days, "int"),
        )
    return OWN_RHYTHM.format(
        summary=summary,
        day=today,
        at_risk=value(policy.at_risk_times, "numeric"),
        dormant=value(policy.dormant_times, "numeric"),
        lost=value(policy.lost_times, "numeric"),
        least=value(policy.dormant_least_days, "int"),
        most=value(policy.lost_most_days, "int"),
    )


def rates_on(day: date) -> FittedRates | None:
    """The newest that were fitted by then."""
    fit = ReturnFit.objects.filter(day__lte=day).order_by("-day").first()
    if fit is None:
        return None
    return FittedRates(fit.r, fit.alpha, fit.a, fit.b, fit.log_likelihood)
