"""Whom the shop writes to, and why."""

from .campaigns import Campaign, CampaignStep
from .journeys import Grant, Journey, JourneyMessage
from .segments import Segment, SegmentVersion
from .winback import Band, Method, ReturnFit, WinBackPolicy, WinBackReview

__all__ = [
    "Band",
    "Campaign",
    "CampaignStep",
    "Grant",
    "Journey",
    "JourneyMessage",
    "Method",
    "ReturnFit",
    "Segment",
    "SegmentVersion",
    "WinBackPolicy",
    "WinBackReview",
]
