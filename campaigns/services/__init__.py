"""Commands of the campaigns app."""

from .segments import save_segment
from .winback import review_win_back

__all__ = ["review_win_back", "save_segment"]
