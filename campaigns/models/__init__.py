"""Whom the shop writes to, and why."""

from .segments import Segment, SegmentVersion
from .winback import Band, Method, WinBackPolicy, WinBackReview

__all__ = [
    "Band",
    "Method",
    "Segment",
    "SegmentVersion",
    "WinBackPolicy",
    "WinBackReview",
]
