"""What else runs for the same people, counted before anybody is written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from .errors import SegmentNeedsAttention
from .foresight import AHEAD, FORESEEN, days_ahead
from .kinds import CampaignKind, CampaignState
from .models import Campaign
from .reach import Reach, Test, arm_of, reach, steps_of

MOST: Final = 10  # other campaigns that are told

WHO: Final = """
SELECT {campaign} AS campaign_id, due.member_id {tables}
 WHERE {where} AND NOT ({inside}) AND NOT ({complaint}) AND ({consent})
   AND {arm} IN ('a', 'b')"""
# Who was in one of the others within a month, or is still on the way.
LATELY: Final = """
SELECT j.campaign_id, j.member_id FROM campaigns_journey j
 WHERE j.campaign_id = ANY(%s) AND j.arm IN ('a', 'b')
   AND (j.entered_at > %s OR j.due_at IS NOT NULL)
   AND j.member_id IN (SELECT member_id FROM mine)"""
SHARED: Final = """
WITH mine AS MATERIALIZED ({mine}), others AS ({others})
SELECT others.campaign_id, count(DISTINCT others.member_id)
  FROM others WHERE others.member_id IN (SELECT member_id FROM mine)
 GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another campaign that runs, and how many of the same people get it too: were in
    it within thirty days, are on their way, or come into it in the next thirty.
    """

    campaign: Campaign
    shared: int


def overlaps(campaign: Campaign, found: Reach, *, at: datetime) -> list[Overlap]:
    """What else runs for the same store, by one statement for all of them."""
    others = Campaign.objects.filter(state=CampaignState.RUNNING).exclude(
        pk=campaign.pk
    )
    if campaign.store_id is not None:
        others = others.filter(Q(store=None) | Q(store=campaign.store_id))
    running = list(others.select_related("segment").order_by("-priority", "pk")[:MOST])
    if not running:
        return []
    shared = _shared(campaign, found, running, at)
    return [Overlap(other, shared.get(other.pk, 0)) for other in running]


def _shared(
    campaign: Campaign, found: Reach, others: Sequence[Campaign], at: datetime
) -> dict[int, int]:
    mine = _who(campaign, found, at)
    parts = [
        Test(LATELY, [[other.pk for other in others], at - timedelta(days=AHEAD)]),
        *_to_come(others, at),
    ]
    sql = SHARED.format(
        mine=mine.sql, others=" UNION ALL ".join(part.sql for part in parts)
    )
    params = [*mine.params, *(value for part in parts for value in part.params)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return dict(cursor.fetchall())


def _to_come(others: Sequence[Campaign], at: datetime) -> list[Test]:
    """Who comes into those of the others that are known ahead."""
    coming = []
    for other in others:
        is_to_go_out = other.kind == CampaignKind.ONE_OFF and other.entered_at is None
        if other.kind not in FORESEEN and not is_to_go_out:
            continue
        try:
            theirs = reach(
                other, steps=steps_of(other), days=days_ahead(other, at), at=at
            )
        except SegmentNeedsAttention:
            continue
        coming.append(_who(other, theirs, at))
    return coming


def _who(campaign: Campaign, found: Reach, at: datetime) -> Test:
    """Who would go through the steps."""
    arm = arm_of(campaign, at)
    parts: list[Test] = [
        found.tables, found.where, found.inside, found.complaint, found.consent, arm
    ]  # fmt: skip
    params: list[Any] = [campaign.pk or 0]
    for part in parts:
        params += part.params
    return Test(
        WHO.format(
            campaign="%s::bigint",
            tables=found.tables.sql,
            where=found.where.sql,
            inside=found.inside.sql,
            complaint=found.complaint.sql,
            consent=found.consent.sql,
            arm=arm.sql,
        ),
        params,
    )
