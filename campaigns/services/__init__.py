"""Commands of the campaigns app."""

from .advance import advance_due
from .campaigns import pause_campaign, save_campaign, start_campaign, stop_campaign
from .enter import enter_due
from .segments import save_segment
from .watch import underway, watch
from .winback import review_win_back

__all__ = [
    "advance_due",
    "enter_due",
    "pause_campaign",
    "review_win_back",
    "save_campaign",
    "save_segment",
    "start_campaign",
    "stop_campaign",
    "underway",
    "watch",
]
