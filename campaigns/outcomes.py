"""What those did who came into campaigns, counted by group; amounts in minor units.

By intention to treat: everybody who came in, whatever became of them, in the group
where the buckets put them; visits within thirty days after they came in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.db import connection

from .days import house_zone, today
from .kinds import HELD_OUT
from .lift import ArmCounts
from .models import Campaign

WINDOW: Final = timedelta(days=30)  # visits so long after the entry are counted
NOBODY: Final = ArmCounts(0, 0, 0)
BILLS_LOOKED_AT: Final = 200

CAME: Final = """
 CROSS JOIN LATERAL (
   SELECT count(*) AS visits, coalesce(sum(v.amount), 0)::bigint AS spent
     FROM recognition_visit v
    WHERE v.member_id = j.member_id AND v.voided_at IS NULL AND v.at > j.entered_at
      AND v.at <= least(j.entered_at + %(window)s, %(at)s)) came"""
VISITS: Final = """
SELECT j.campaign_id, j.arm IN ('a', 'b') AS treated, count(*), sum(came.visits),
       sum(came.visits * came.visits)
  FROM campaigns_journey j {came}
 WHERE j.campaign_id = ANY(%(campaigns)s) AND j.entered_at <= %(at)s
 GROUP BY 1, 2
"""
# The gross margin of what they bought at its full price, less what was taken off it by
# the campaign's coupons, and less its points.
GROUPS: Final = """
SELECT j.arm, count(*), sum(came.visits), sum(came.visits * came.visits),
       sum(came.spent), count(*) FILTER (WHERE came.visits > 0),
       sum(made.margin), sum(made.margin::numeric * made.margin)
  FROM campaigns_journey j {came}
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(u.saving), 0)::bigint AS saved,
          coalesce(sum(g.cost) FILTER (WHERE g.coupon_id IS NULL), 0)::bigint AS points
     FROM campaigns_grant g
     LEFT JOIN coupons_couponuse u ON u.coupon_id = g.coupon_id AND u.act = 'redeemed'
      AND u.at <= least(j.entered_at + %(window)s, %(at)s)
      AND NOT EXISTS (SELECT FROM coupons_couponuse back WHERE back.undoes_id = u.id)
    WHERE g.journey_id = j.id) gave
 CROSS JOIN LATERAL (
   SELECT (came.spent + gave.saved) * %(share)s / 1000 - gave.saved - gave.points
          AS margin) made
 WHERE j.campaign_id = %(campaign)s AND j.entered_at <= %(at)s
 GROUP BY 1 ORDER BY 1
"""
MONTHS: Final = """
SELECT date_trunc('month', j.entered_at AT TIME ZONE %(zone)s)::date,
       j.arm IN ('a', 'b'), count(*), sum(came.visits), sum(came.visits * came.visits)
  FROM campaigns_journey j {came}
 WHERE j.campaign_id = %(campaign)s AND j.entered_at <= %(at)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""
# The last bills of each store before the campaign: they stand still while it is looked
# at, so that what is measured by them is fixed beforehand.
USUAL_BILL: Final = """
SELECT avg(bill.amount)::bigint FROM stores_store s
 CROSS JOIN LATERAL (
   SELECT v.amount FROM recognition_visit v
    WHERE v.store_id = s.id AND v.business_date < %s AND v.voided_at IS NULL
    ORDER BY v.business_date DESC LIMIT %s) bill
 WHERE %s::bigint IS NULL OR s.id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOutcome:
    """What a group of those who came in did within thirty days."""

    visits: ArmCounts
    margin: ArmCounts
    spent: int
    returned: int  # who came at all

    def __add__(self, other: Self) -> Self:
        return type(self)(
            visits=self.visits + other.visits,
            margin=self.margin + other.margin,
            spent=self.spent + other.spent,
            returned=self.returned + other.returned,
        )


NOTHING: Final = GroupOutcome(visits=NOBODY, margin=NOBODY, spent=0, returned=0)


def visits_by_campaign(
    campaign_ids: Collection[int], *, at: datetime
) -> dict[int, dict[bool, ArmCounts]]:
    """For each of them, of those who were treated (True) and held out (False)."""
    found: dict[int, dict[bool, ArmCounts]] = {}
    asked = {"window": WINDOW, "at": at, "campaigns": list(campaign_ids)}
    for campaign_id, treated, *counts in _rows(VISITS, asked):
        found.setdefault(campaign_id, {})[bool(treated)] = _arm(*counts)
    return found


def outcomes_of(
    campaign: Campaign, *, margin_per_mille: int, at: datetime
) -> dict[str, GroupOutcome]:
    """By group: the variants, and those held out by the campaign and by all of them."""
    asked = {
        "window": WINDOW, "at": at, "share": margin_per_mille, "campaign": campaign.pk
    }  # fmt: skip
    return {
        arm: GroupOutcome(
            visits=_arm(people, visits, squares),
            margin=_arm(people, margin, margin_squares),
            spent=int(spent),
            returned=int(returned),
        )
        for arm, people, visits, squares, spent, returned, margin, margin_squares in (
            _rows(GROUPS, asked)
        )
    }


def both_groups(
    outcomes: dict[str, GroupOutcome],
) -> tuple[GroupOutcome, GroupOutcome]:
    """The treated, and all who were held out."""
    treated, held_out = NOTHING, NOTHING
    for arm, outcome in outcomes.items():
        if arm in HELD_OUT:
            held_out += outcome
        else:
            treated += outcome
    return treated, held_out


@dataclass(frozen=True, slots=True)
class MonthOutcome:
    """Those who came in in a month, and their visits."""

    begins: date
    treated: ArmCounts
    held_out: ArmCounts


def months(campaign: Campaign, *, at: datetime) -> list[MonthOutcome]:
    """By month of entry, the oldest first."""
    found: dict[date, dict[bool, ArmCounts]] = {}
    asked = {
        "window": WINDOW, "at": at, "campaign": campaign.pk, "zone": str(house_zone())
    }  # fmt: skip
    for begins, treated, *counts in _rows(MONTHS, asked):
        found.setdefault(begins, {})[bool(treated)] = _arm(*counts)
    return [
        MonthOutcome(begins, groups.get(True, NOBODY), groups.get(False, NOBODY))
        for begins, groups in sorted(found.items())
    ]


def usual_bill(campaign: Campaign) -> int:
    """The average of the last bills before it began; 0 where there were none."""
    if campaign.started_at is None:
        return 0
    begins = today(campaign.started_at)
    asked: list[Any] = [begins, BILLS_LOOKED_AT, campaign.store_id, campaign.store_id]
    with connection.cursor() as cursor:
        cursor.execute(USUAL_BILL, asked)
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0


def _arm(people: Any, total: Any, squares: Any) -> ArmCounts:
    return ArmCounts(int(people), int(total or 0), int(squares or 0))


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(came=CAME), params)
        return list(cursor.fetchall())
