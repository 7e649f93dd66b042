"""Commands of the campaigns app."""

from .segments import save_segment

__all__ = ["save_segment"]
