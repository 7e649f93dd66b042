"""What points pay of a bill: pure arithmetic of the policy, in whole numbers."""

from .errors import AmountRefused, NotInSteps, TooFewPoints, TooMuchOfTheBill
from .models import PointsPolicy

LARGEST = 10**12


def worth_of(points: int, policy: PointsPolicy) -> int:
    """What whole steps of points pay, in minor units."""
    return points // policy.step_points * policy.step_worth


def most_for(bill: int, policy: PointsPolicy) -> int:
    """The most points that may be spent on a bill: never more than it needs."""
    payable = bill * policy.most_of_bill // 1000
    most = payable // policy.step_worth * policy.step_points
    return most if most >= policy.least_points else 0


def check_spend(points: int, *, bill: int, policy: PointsPolicy) -> int:
    """What they pay, if these points may be spent on this bill.

    Raises AmountRefused, NotInSteps, TooFewPoints, TooMuchOfTheBill.
    """
    if not (0 < points <= LARGEST and 0 < bill <= LARGEST):
        raise AmountRefused
    if points % policy.step_points:
        raise NotInSteps(step=policy.step_points)
    if points < policy.least_points:
        raise TooFewPoints(least=policy.least_points)
    most = most_for(bill, policy)
    if points > most:
        raise TooMuchOfTheBill(most=most)
    return worth_of(points, policy)


def to_return(points: int, *, refunded: int, total: int, returned: int) -> int:
    """How many spent points come back when so much of a total has been refunded.

    Counted from the whole, rounded down, less what came back before: any number of
    parts returns what one would, and the last one the last point.
    """
    return points * refunded // total - returned
