"""What a campaign did: the difference to those held out, whenever one looks.

The interval is that of a mixture sequential probability ratio test (a normal prior of
the effect, the variances as they were seen): it holds at every look at once, so that
looking every day makes no winners. These are estimates, not value: floats.
"""

import math
from dataclasses import dataclass
from typing import Final, Self

ALPHA: Final = 0.05
# How large effects are thought to be beforehand, in visits a person; fixed for ever, or
# the interval would hold no longer.
PRIOR: Final = 0.1
# A tenth of a hundred visits per thousand: what is worth knowing where nothing is seen.
WORTH: Final = 0.02
LEAST: Final = 50  # people in the smaller group before anything is said
MOST_MORE: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """People, what they came to together, and the sum of the squares of that."""

    people: int
    total: int
    squares: int

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.people + other.people,
            self.total + other.total,
            self.squares + other.squares,
        )

    @property
    def mean(self) -> float:
        return self.total / self.people if self.people else 0.0

    @property
    def variance(self) -> float:
        """Of one person, as seen; never quite nothing."""
        if self.people < 2:
            return 0.0
        about = self.squares - self.total * self.total / self.people
        return max(about / (self.people - 1), 1 / self.people)


@dataclass(frozen=True, slots=True)
class Lift:
    """More (or fewer) for each person, with its interval; `more`: people still needed
    to know, None where it is known or nobody is held out.
    """

    effect: float
    low: float
    high: float
    is_known: bool
    more: int | None


def lift(
    treated: ArmCounts,
    held_out: ArmCounts,
    *,
    unit: float = 1.0,
) -> Lift | None:
    """None where there is nobody to compare with.

    `unit`: what one visit is worth, in whatever is counted; fixed before anybody looks.
    """
    if not treated.people or not held_out.people:
        return None
    effect = treated.mean - held_out.mean
    smaller = min(treated.people, held_out.people)
    if smaller < LEAST:
        people = treated.people + held_out.people
        more = math.ceil(people * (LEAST / smaller - 1))
        return Lift(effect, -math.inf, math.inf, is_known=False, more=more)
    spread = treated.variance / treated.people + held_out.variance / held_out.people
    half = half_width(spread, prior=PRIOR * unit)
    is_known = abs(effect) > half
    needed = None
    if not is_known:
        needed = _more(treated, held_out, spread, max(abs(effect), WORTH * unit), unit)
    return Lift(effect, effect - half, effect + half, is_known, needed)


def half_width(spread: float, *, prior: float = PRIOR, alpha: float = ALPHA) -> float:
    """Of the interval, from the variance of the difference."""
    prior_variance = prior * prior
    both = spread + prior_variance
    inner = math.log(both / spread) - 2 * math.log(alpha)
    return math.sqrt(spread * both / prior_variance * inner)


def _more(
    treated: ArmCounts, held_out: ArmCounts, spread: float, wanted: float, unit: float
) -> int:
    """So many people more, shared out as now, until an effect of this size is known."""
    people = treated.people + held_out.people
    factor = 1.0
    while factor * people < MOST_MORE:
        if half_width(spread / factor, prior=PRIOR * unit) < wanted:
            break
        factor *= 1.1
    return max(1, math.ceil(people * (factor - 1)))
