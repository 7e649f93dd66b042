"""Everything that moves a member up or down the ladder, and builds the ladder."""

from tiers.periods import growth_expires_at

from .grants import buy_tier, give_tier, refund_tier, take_tier
from .ladder import save_tier
from .review import (
    CHUNK,
    raise_if_reached_step,
    raise_reached_step,
    review,
    review_now,
)

__all__ = [
    "CHUNK",
    "buy_tier",
    "give_tier",
    "growth_expires_at",
    "raise_if_reached_step",
    "raise_reached_step",
    "refund_tier",
    "review",
    "review_now",
    "save_tier",
    "take_tier",
]
