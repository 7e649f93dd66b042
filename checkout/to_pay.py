"""By what combinations of coupons are compared: less left to pay is better."""

from datetime import datetime
from typing import Final, Protocol

# What is left to pay, how many coupons, how many points, and when the coupons end.
type Rank = tuple[int, int, int, list[tuple[datetime, int]]]


class ToPay(Protocol):
    """What a bill leaves to pay once coupons saved so much of it: less is better."""

    @property
    def takes_points(self) -> bool:
        """Whether saving more may leave more to pay, as fewer points then pay it."""

    def left(self, saved: int) -> int:
        """What is left to pay, in minor units; beyond all bills where it may not be."""

    def points(self, saved: int) -> int:
        """How many points pay a part of it."""

    def at_least(self, saved: int) -> int:
        """What is left to pay at the least if no more than that is saved; it never
        grows with what is saved.
        """


class SavingsAlone:
    """Where nothing but what coupons save counts."""

    takes_points = False

    def left(self, saved: int) -> int:
        return -saved

    def points(self, saved: int) -> int:
        return 0

    def at_least(self, saved: int) -> int:
        return -saved


SAVINGS_ALONE: Final = SavingsAlone()
