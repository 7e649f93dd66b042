"""Segments and win-back in the office."""

from .segments import SegmentAdmin
from .winback import WinBackPolicyAdmin, WinBackReviewAdmin

__all__ = ["SegmentAdmin", "WinBackPolicyAdmin", "WinBackReviewAdmin"]
