"""The pages of points: what is promised, what was earned, spent, given and done."""

from . import policy, rewards, settings, stamps, value

__all__ = ["policy", "rewards", "settings", "stamps", "value"]
