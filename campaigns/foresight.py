"""The days whose occasions a preview counts."""

from datetime import date, datetime, timedelta
from typing import Final

from .days import today
from .kinds import CampaignKind
from .models import Campaign

AHEAD: Final = 30  # days whose occasions are counted

# What is known ahead, and what is expected to happen as often as it did.
FORESEEN: Final = (
    CampaignKind.BIRTHDAY,
    CampaignKind.ANNIVERSARY,
    CampaignKind.REPEATING,
)
HAPPENS: Final = (
    CampaignKind.FIRST_TOP_UP,
    CampaignKind.TIER_REACHED,
    CampaignKind.TIER_AT_RISK,
    CampaignKind.AFTER_VISIT,
    CampaignKind.STAMP_CARD,
    CampaignKind.CURED,
)


def days_ahead(campaign: Campaign, at: datetime) -> list[date]:
    """Those whose occasions are counted: a month of birthdays, as much as happened in
    the month before, today's absences.
    """
    if campaign.kind in FORESEEN:
        return [today(at) + timedelta(days=ahead) for ahead in range(AHEAD)]
    if campaign.kind in HAPPENS:
        return [today(at) - timedelta(days=ago) for ago in range(AHEAD)]
    return [today(at)]
