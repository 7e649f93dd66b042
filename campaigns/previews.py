"""What a campaign would come to, before anybody is written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from coupons.kinds import CouponStatus
from coupons.models import Coupon

from .costs import unit_cost
from .foresight import AHEAD, days_ahead
from .kinds import CampaignKind, EntryRule, StepKind
from .models import Campaign, CampaignStep
from .occasions import goes_out
from .overlaps import Overlap, overlaps
from .reach import Reach, arm_of, reach

ENOUGH: Final = 100  # coupons before what share of them is used says anything

# Everybody for whom the occasion comes, by what would become of them.
COUNT = """
SELECT who.store_id, who.tier_id, who.fate, count(*) FROM (
  SELECT m.home_store_id AS store_id, standing.tier_id,
         CASE WHEN {inside} THEN 'inside' WHEN {complaint} THEN 'complaint'
              WHEN NOT {consent} THEN 'consent' ELSE {arm} END AS fate
  {tables}
  LEFT JOIN tiers_standing standing ON standing.member_id = due.member_id
 WHERE {where}) who GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPreview:
    """Whom it reaches in the next thirty days (a one-off: at once), and its cost.

    Amounts in minor units.
    """

    found: int  # for whom the occasion comes
    reached: int  # of those, who goes through the steps
    fates: dict[str, int]  # the rest: inside, complaint, consent, holdout, global
    arms: dict[str, int]
    stores: dict[int | None, int]
    tiers: dict[int | None, int]
    most: int  # if everybody went through all steps and used what they got
    expected: int | None  # by what share of these coupons was used so far
    overlaps: list[Overlap] = field(default_factory=list)


def preview(
    campaign: Campaign, *, steps: Sequence[CampaignStep], at: datetime
) -> CampaignPreview:
    """Counted by the statement that takes them in. Raises SegmentNeedsAttention."""
    found = reach(campaign, steps=steps, days=days_ahead(campaign, at), at=at)
    fates: dict[str, int] = {}
    stores: dict[int | None, int] = {}
    tiers: dict[int | None, int] = {}
    for store, tier, fate, count in _rows(campaign, found, at):
        fates[fate] = fates.get(fate, 0) + count
        if fate in {"a", "b"}:
            stores[store] = stores.get(store, 0) + count
            tiers[tier] = tiers.get(tier, 0) + count
    arms = {arm: fates.pop(arm, 0) for arm in ("a", "b")}
    most, expected = _costs(campaign, steps, arms, at)
    return CampaignPreview(
        found=sum(fates.values()) + sum(arms.values()),
        reached=sum(arms.values()),
        fates=fates,
        arms=arms,
        stores=stores,
        tiers=tiers,
        most=most,
        expected=expected,
        overlaps=overlaps(campaign, found, at=at),
    )


def _times(campaign: Campaign, at: datetime) -> int:
    """How often the same people come into it in the month that is counted."""
    if campaign.kind == CampaignKind.EXPIRING:
        times = AHEAD // 7 + 1
    elif campaign.kind == CampaignKind.REPEATING:
        times = sum(goes_out(campaign, day) for day in days_ahead(campaign, at))
    else:
        return 1
    if campaign.entry == EntryRule.EACH_TIME:
        times = min(times, AHEAD // max(campaign.rest_days, 1) + 1)
    return times if campaign.entry != EntryRule.ONCE else 1


def _rows(
    campaign: Campaign, found: Reach, at: datetime
) -> list[tuple[int | None, int | None, str, int]]:
    arm = arm_of(campaign, at)
    sql = COUNT.format(
        inside=found.inside.sql,
        complaint=found.complaint.sql,
        consent=found.consent.sql,
        arm=arm.sql,
        tables=found.tables.sql,
        where=found.where.sql,
    )
    params: list[Any] = [
        *found.inside.params,
        *found.complaint.params,
        *found.consent.params,
        *arm.params,
        *found.tables.params,
        *found.where.params,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(row[0], row[1], str(row[2]), int(row[3])) for row in cursor.fetchall()]


def _costs(
    campaign: Campaign,
    steps: Sequence[CampaignStep],
    arms: dict[str, int],
    at: datetime,
) -> tuple[int, int | None]:
    """What its gifts cost at most, and as things went so far (None: nobody knows)."""
    most, expected = 0, 0
    is_known = True
    times = _times(campaign, at)
    for step in steps:
        if step.kind != StepKind.GIFT:
            continue
        pieces = sum(arms.values()) if not step.arm else arms[step.arm]
        cost = times * pieces * unit_cost(step, at=at)
        most += cost
        share = _share_used(step, at)
        is_known = is_known and share is not None
        if share is not None:
            expected += cost * share[0] // share[1]
    if campaign.budget is not None:
        most = min(most, campaign.budget - campaign.spent)
        expected = min(expected, most)
    return most, expected if is_known else None


def _share_used(step: CampaignStep, at: datetime) -> tuple[int, int] | None:
    """Of the coupons of this template that are used or over: used, and all."""
    if step.coupon_template_id is None:
        return (1, 1)
    over = Coupon.objects.filter(version__template=step.coupon_template_id).filter(
        Q(status=CouponStatus.REDEEMED) | Q(valid_until__lte=at)
    )
    total = over.count()
    if total < ENOUGH:
        return None
    return over.filter(status=CouponStatus.REDEEMED).count(), total
