"""What campaigns told and gave somebody lately, for whoever stands before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from coupons.kinds import CouponStatus

from .models import Grant, JourneyMessage

LATELY: Final = timedelta(days=30)
MOST: Final = 3
LEFT: Final = ("accepted", "delivered", "unknown")


@dataclass(frozen=True, slots=True)
class RecentCampaign:
    """One line: what it was about, when, and what of it may still be used.

    `sent_at` is None where only the gift came, and no message has left.
    """

    name: str
    sent_at: datetime | None
    coupon: str = ""
    valid_until: datetime | None = None
    points: int = 0


def recent_campaigns(member_id: int, *, at: datetime) -> list[RecentCampaign]:
    """The newest three of the last thirty days."""
    since = at - LATELY
    messages = list(
        JourneyMessage.objects.filter(
            journey__member=member_id,
            journey__entered_at__gt=since - LATELY,
            message__created_at__gt=since,
            message__state__in=LEFT,
        )
        .select_related("message", "campaign")
        .order_by("-pk")[:20]
    )
    grants = list(
        Grant.objects.filter(member=member_id, at__gt=since)
        .select_related("campaign", "coupon__version")
        .order_by("-pk")[:20]
    )
    journeys = dict.fromkeys(
        [
            *(message.journey_id for message in messages),
            *(grant.journey_id for grant in grants),
        ]
    )
    return [
        _line(
            [message for message in messages if message.journey_id == journey],
            [grant for grant in grants if grant.journey_id == journey],
            at,
        )
        for journey in list(journeys)[:MOST]
    ]


def _line(
    messages: Sequence[JourneyMessage], grants: Sequence[Grant], at: datetime
) -> RecentCampaign:
    """The last message and the last gift of one journey."""
    campaign = messages[0].campaign if messages else grants[0].campaign
    sent_at = messages[0].message.accepted_at if messages else None
    if messages and sent_at is None:
        sent_at = messages[0].message.created_at
    gift = grants[0] if grants else None
    if gift is None or gift.coupon is None:
        return RecentCampaign(
            campaign.name, sent_at, points=0 if gift is None else gift.points
        )
    coupon = gift.coupon
    if coupon.status != CouponStatus.ISSUED or coupon.valid_until <= at:
        return RecentCampaign(campaign.name, sent_at)
    return RecentCampaign(
        campaign.name, sent_at, coupon.version.name, coupon.valid_until
    )
