"""The ladder of tiers, where each member stands on it, and how they came there."""

from .ladder import Benefits, Tier, TierPolicy, Window
from .standings import Cause, Source, Standing, StandingChange, TierGrant, TierReview

__all__ = [
    "Benefits",
    "Cause",
    "Source",
    "Standing",
    "StandingChange",
    "Tier",
    "TierGrant",
    "TierPolicy",
    "TierReview",
    "Window",
]
