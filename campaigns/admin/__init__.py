"""Segments, campaigns and win-back in the office."""

from .campaigns import CampaignAdmin
from .journeys import GrantAdmin, JourneyAdmin
from .segments import SegmentAdmin
from .winback import WinBackPolicyAdmin, WinBackReviewAdmin

__all__ = [
    "CampaignAdmin",
    "GrantAdmin",
    "JourneyAdmin",
    "SegmentAdmin",
    "WinBackPolicyAdmin",
    "WinBackReviewAdmin",
]
