"""Of journeys underway, those whose occasion has passed: asked before each step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from .days import Days, today
from .journeys import DueJourney
from .kinds import CampaignKind
from .models import Campaign
from .occasion_items import expiring_items

PASSED: Final = {
    # They topped up since.
    CampaignKind.BALANCE_LOW: """EXISTS (
  SELECT FROM stored_value_topup t
   WHERE t.member_id = j.member_id AND t.at > j.entered_at)""",
    # It was paid back.
    CampaignKind.FIRST_TOP_UP: """NOT EXISTS (
  SELECT FROM stored_value_topup t WHERE t.member_id = j.member_id
     AND NOT EXISTS (SELECT FROM stored_value_topuprefund r WHERE r.top_up_id = t.id))
""",
    # They are on another tier.
    CampaignKind.TIER_REACHED: """NOT EXISTS (
  SELECT FROM tiers_standing s WHERE s.member_id = j.member_id
     AND s.tier_id = split_part(j.period, ':', 2)::bigint)""",
    # It is safe again, or gone.
    CampaignKind.TIER_AT_RISK: """NOT EXISTS (
  SELECT FROM tiers_standing s
   WHERE s.member_id = j.member_id AND s.notice_at IS NOT NULL
     AND s.tier_id IS NOT NULL)""",
    # They answered, or the visit was voided.
    CampaignKind.AFTER_VISIT: """(EXISTS (
  SELECT FROM recognition_feedback f
   WHERE f.member_id = j.member_id AND f.at > j.entered_at)
 OR NOT EXISTS (
  SELECT FROM recognition_visit v WHERE v.member_id = j.member_id
     AND v.business_date = split_part(j.period, ':', 2)::date AND v.voided_at IS NULL))
""",
    # The card is full, or it is out of use.
    CampaignKind.STAMP_CARD: """NOT EXISTS (
  SELECT FROM points_stampprogramme p
    JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = j.member_id
     AND a.kind = 'stamps' AND a.slot = p.code AND a.balance > 0
   WHERE p.id = split_part(j.period, ':', 2)::bigint AND p.is_active
     AND split_part(j.period, ':', 3)::bigint = (
       SELECT coalesce(sum(g.cards), 0) FROM points_stampgrant g
        WHERE g.member_id = j.member_id AND g.programme_id = p.id))""",
}


def passed(
    campaign: Campaign, journeys: Sequence[DueJourney], *, at: datetime
) -> set[int]:
    """The journeys that tell of something that is not so any more, by one statement."""
    if campaign.kind == CampaignKind.EXPIRING:
        left = expiring_items(campaign, journeys, Days(at, [today(at)]))
        return {one.pk for one in journeys if not left.get(one.member_id)}
    test = PASSED.get(CampaignKind(campaign.kind))
    if test is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT j.id FROM campaigns_journey j WHERE j.id = ANY (%s) AND {test}",  # noqa: S608 (our text)
            [[one.pk for one in journeys]],
        )
        return {row[0] for row in cursor.fetchall()}
