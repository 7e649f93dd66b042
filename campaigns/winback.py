"""The bands of those who stay away, as SQL over the sums of visits.

Own rhythm: the median of the days between visits of whoever came on three days or more,
else the 75th percentile of these at the store of the last visit, else of all stores.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from .models import Method, WinBackPolicy

type Value = Callable[[Any, str], str]  # a place for a value, in its type

# Visits up to a day, in the shape of the summary that is kept.
UNTIL: Final = """
(SELECT d.member_id, max(d.business_date) AS last_on,
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


def bands(
    policy: WinBackPolicy, method: str, *, summary: str, day: date, value: Value
) -> str:
    """A table of `member_id`, `band` and `score` of everyone who came, as of a day."""
    today = value(day, "date")
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
