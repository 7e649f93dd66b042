"""Whom the shop writes to, and why."""

from .segments import Segment, SegmentVersion

__all__ = ["Segment", "SegmentVersion"]
