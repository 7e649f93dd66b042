"""Who comes into a campaign: one statement a chunk, unique for member and period."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from campaigns.errors import SegmentNeedsAttention
from campaigns.kinds import CampaignKind, CampaignState
from campaigns.models import Campaign, CampaignStep
from campaigns.reach import arm_of, days_to_enter, reach, steps_of
from coupons import services as coupons_services
from stores import services as stores_services

from .locks import lock_campaign
from .pause import pause_step

CHUNK: Final = 10_000
# How often it is looked who else comes into a campaign that runs.
EVERY: Final = timedelta(hours=1)
EVERY_MINUTE: Final = timedelta(minutes=1)
TIERS_GIVE: Final = {
    CampaignKind.BIRTHDAY.value: coupons_services.give_birthday_gifts,
    CampaignKind.TIER_REACHED.value: coupons_services.give_upgrade_gifts,
}
AT_ONCE: Final = (
    CampaignKind.WELCOME,
    CampaignKind.FIRST_TOP_UP,
    CampaignKind.TIER_REACHED,
)

ENTER = """
INSERT INTO campaigns_journey (
  campaign_id, version, member_id, period, arm, entered_at, next_position, due_at,
  ended_at, outcome)
SELECT %s, %s, found.member_id, found.period, found.arm, %s::timestamptz,
  CASE WHEN found.arm IN ('a', 'b') THEN 1 END,
  CASE WHEN found.arm IN ('a', 'b') THEN %s::timestamptz END,
  CASE WHEN found.arm IN ('holdout', 'global') THEN %s::timestamptz END,
  CASE WHEN found.arm IN ('holdout', 'global') THEN 'held_out' ELSE '' END
  FROM (SELECT due.member_id, due.period, {arm} AS arm {tables} WHERE {where}
           AND NOT {inside} AND NOT {complaint} AND {consent}
         ORDER BY due.member_id LIMIT %s) found
ON CONFLICT (campaign_id, member_id, period) DO NOTHING
"""


def enter_due(*, campaign_id: int, at: datetime, chunk: int = CHUNK) -> int:
    """Take in everybody for whom the occasion has come; how many came.

    Each chunk is its own transaction, to be called outside of one: stopped anywhere and
    called again it goes on, and nobody comes twice for a period.
    """
    total = 0
    _let_tiers_give_first(campaign_id, at)
    while True:
        try:
            came, is_done = _enter_chunk(campaign_id, at, chunk)
        except SegmentNeedsAttention as needed:
            pause_step(campaign_id=campaign_id, because=str(needed), at=at)
            return total
        total += came
        if is_done:
            return total


def _let_tiers_give_first(campaign_id: int, at: datetime) -> None:
    """What a tier promises for the occasion is there when the message tells of it."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    give = TIERS_GIVE.get(campaign.kind) if campaign is not None else None
    if campaign is not None and give is not None and is_entered_now(campaign, at):
        give(by=stores_services.act(task="campaigns", at=at), at=at)


@transaction.atomic
def _enter_chunk(campaign_id: int, at: datetime, chunk: int) -> tuple[int, bool]:
    campaign = lock_campaign(campaign_id)
    if campaign is None or not is_entered_now(campaign, at):
        return 0, True
    steps = steps_of(campaign)
    came = _insert(campaign, steps, at=at, chunk=chunk)
    if came == chunk:
        return came, False
    Campaign.objects.filter(pk=campaign.pk).update(entered_at=at)
    return came, True


def is_entered_now(campaign: Campaign, at: datetime) -> bool:
    """Whether it is to be looked who comes into it."""
    if campaign.state != CampaignState.RUNNING:
        return False
    if campaign.starts_at is not None and at < campaign.starts_at:
        return False
    if campaign.ends_at is not None and at >= campaign.ends_at:
        return False
    if campaign.entered_at is None:
        return True
    if campaign.kind == CampaignKind.ONE_OFF:
        return False
    every = EVERY_MINUTE if campaign.kind in AT_ONCE else EVERY
    # A clock that went back is no reason to wait for it.
    return not timedelta() <= at - campaign.entered_at < every


def _insert(
    campaign: Campaign, steps: Sequence[CampaignStep], *, at: datetime, chunk: int
) -> int:
    found = reach(campaign, steps=steps, days=days_to_enter(campaign, steps, at), at=at)
    arm = arm_of(campaign, at)
    sql = ENTER.format(
        arm=arm.sql,
        tables=found.tables.sql,
        where=found.where.sql,
        inside=found.inside.sql,
        complaint=found.complaint.sql,
        consent=found.consent.sql,
    )
    params = [
        campaign.pk,
        campaign.version,
        *[at] * 3,
        *arm.params,
        *found.tables.params,
        *found.where.params,
        *found.inside.params,
        *found.complaint.params,
        *found.consent.params,
        chunk,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
