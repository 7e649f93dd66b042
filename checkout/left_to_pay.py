"""What a bill leaves to pay with money, once discounts were taken off.

Points, the service charge and rounding; no clock and no database.
"""

from dataclasses import dataclass
from typing import Final

from common.errors import DomainError
from points.spending import check_spend, most_for, worth_of

from .bill import Guest, Programme, Wishes

WHOLE: Final = 10_000  # basis points
IMPOSSIBLE: Final = 10**15  # beyond all bills: the points that were named cannot be


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftToPay:
    """`open_amount` may be discounted and paid with points; `fixed` may not.

    The service charge is a share (basis points) of what is left of the open amounts.
    """

    open_amount: int
    fixed: int
    charge_bp: int
    guest: Guest
    programme: Programme
    points_wished: int | None

    @classmethod
    def of(
        cls,
        amounts: tuple[int, ...],
        whole: int,
        *,
        charge_bp: int,
        guest: Guest,
        programme: Programme,
        wishes: Wishes,
    ) -> "LeftToPay":
        """Of a bill whose open amounts are these, and that costs so much as a whole."""
        has_points = guest.member_id is not None and not guest.are_points_frozen
        wished = wishes.points if has_points else 0
        return cls(
            open_amount=sum(amounts),
            fixed=whole - sum(amounts),
            charge_bp=charge_bp,
            guest=guest,
            programme=programme,
            points_wished=0 if (wished or 0) > guest.points else wished,
        )

    @property
    def takes_points(self) -> bool:
        """Whether points pay a part, in steps of what is left of the bill."""
        return self.points_wished != 0

    def left(self, saved: int) -> int:
        """What is left to pay with money when so much more was taken off."""
        rest = self.open_amount - saved
        paid = self._paid(rest)
        if paid is None:
            return IMPOSSIBLE
        left = rest - paid[1] + self.fixed + charge_of(rest, self.charge_bp)
        return left - rounding_of(left, rest - paid[1], self.programme)

    def points(self, saved: int) -> int:
        """How many points pay a part of it."""
        paid = self._paid(self.open_amount - saved)
        return 0 if paid is None else paid[0]

    def at_least(self, saved: int) -> int:
        """What is left at the least if no more than that is taken off."""
        if self.points_wished == 0:
            return self.left(saved)
        rest = self.open_amount - saved
        policy = self.programme.points_policy
        points = self.points_wished
        worth = worth_of(self.guest.points if points is None else points, policy)
        paid = min(rest * policy.most_of_bill // 1000, worth)
        left = rest - paid + self.fixed + charge_of(rest, self.charge_bp)
        rounding = self.programme.policy
        return left - min(max(0, rounding.rounding - 1), rounding.most_rounded)

    def _paid(self, rest: int) -> tuple[int, int] | None:
        """Points, and what they pay of so much; None where they may not."""
        points, policy = self.points_wished, self.programme.points_policy
        if points == 0:
            return 0, 0
        if points is None:
            return most_points(rest, self.guest, self.programme)
        try:
            return points, check_spend(points, bill=rest, policy=policy)
        except DomainError:
            return None


def most_points(
    open_amount: int, guest: Guest, programme: Programme
) -> tuple[int, int]:
    """The most points that this guest may spend on so much, and what they pay."""
    policy = programme.points_policy
    most = min(most_for(open_amount, policy), guest.points)
    points = most // policy.step_points * policy.step_points
    points = points if points >= policy.least_points else 0
    return points, worth_of(points, policy)


def charge_of(open_amount: int, charge_bp: int) -> int:
    """The service charge on so much, rounded half up to the minor unit, once a bill."""
    return (open_amount * charge_bp + WHOLE // 2) // WHOLE


def rounding_of(left: int, open_left: int, programme: Programme) -> int:
    """What is dropped below the shop's unit of what is left to pay with money.

    Only what may be discounted is ever rounded: where less of that is left to pay, as
    on a bill of nothing else, nothing is dropped.
    """
    unit = programme.policy.rounding
    off = left % unit if unit else 0
    return off if off <= min(programme.policy.most_rounded, open_left) else 0
