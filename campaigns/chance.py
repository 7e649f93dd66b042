"""The fitted chance of return: BG/NBD, by maximum likelihood over grouped counts.

Guests come at their own rates, which differ by a gamma distribution (`r`, `alpha`), and
after each visit may be gone for good with a probability that differs by a beta
distribution (`a`, `b`): Fader, Hardie and Lee, “Counting Your Customers the Easy Way”,
Marketing Science 24 (2005). Time is counted in weeks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, isfinite, lgamma, log
from typing import Final

STEPS: Final = 2_000
EXACT: Final = 1e-7  # of the mean likelihood: further digits say nothing
SPREAD: Final = 0.5
# Of a logarithm. Where nobody seems to be gone for good, or all come at one rate, the
# likelihood rises for ever: far enough is as good.
LARGEST: Final = 12.0

type Point = list[float]


@dataclass(frozen=True, slots=True)
class VisitGroup:
    """So many guests with the same history: visits after the first, weeks from it to
    the last, and weeks since the first.
    """

    repeats: int
    last: float
    age: float
    guests: int


@dataclass(frozen=True, slots=True)
class FittedRates:
    """The four parameters, and how likely they make what was seen."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def chance(self, *, repeats: int, last: float, age: float, weeks: float) -> float:
        """Of at least one visit within so many weeks."""
        shape = self.r + repeats
        still = 1.0
        if repeats:
            gone = log(self.a / (self.b + repeats - 1))
            gone += shape * log((self.alpha + age) / (self.alpha + last))
            still = 1 / (1 + exp(min(gone, 700.0)))
        silent = shape * log((self.alpha + age) / (self.alpha + age + weeks))
        return still * (1 - exp(max(silent, -700.0)))


def fit(groups: Sequence[VisitGroup]) -> FittedRates | None:
    """The most likely parameters; none where the histories do not tell of any."""
    total = sum(group.guests for group in groups)
    if not any(group.repeats for group in groups):
        return None
    best = _lowest(lambda point: -_likelihood(groups, point) / total, [0.0] * 4)
    r, alpha, a, b = (exp(one) for one in best)
    return FittedRates(r, alpha, a, b, _likelihood(groups, best))


def _likelihood(groups: Sequence[VisitGroup], point: Point) -> float:
    if any(abs(one) > LARGEST for one in point):
        return -1e15
    r, alpha, a, b = (exp(one) for one in point)

    @cache
    def head(repeats: int) -> float:
        rate = lgamma(r + repeats) - lgamma(r) + r * log(alpha)
        stay = lgamma(a + b) + lgamma(b + repeats) - lgamma(b) - lgamma(a + b + repeats)
        return rate + stay

    @cache
    def gone(repeats: int) -> float:
        return log(a) - log(b + repeats - 1)

    total = 0.0
    for group in groups:
        shape = r + group.repeats
        here = -shape * log(alpha + group.age)
        if group.repeats:
            away = gone(group.repeats) - shape * log(alpha + group.last)
            larger = max(here, away)
            here = larger + log(exp(here - larger) + exp(away - larger))
        total += group.guests * (head(group.repeats) + here)
    return total if isfinite(total) else -1e15


def _lowest(worth: Callable[[Point], float], start: Point) -> Point:
    """By the simplex of Nelder and Mead: slow, sure, and asks for no derivative."""
    size = len(start)
    points = [start] + [
        [one + SPREAD * (place == axis) for place, one in enumerate(start)]
        for axis in range(size)
    ]
    simplex = sorted((worth(point), point) for point in points)
    for _step in range(STEPS):
        spread = max(
            abs(one - other)
            for _value, point in simplex[1:]
            for one, other in zip(point, simplex[0][1], strict=True)
        )
        if simplex[-1][0] - simplex[0][0] < EXACT and spread < EXACT**0.5:
            break
        centre = [
            sum(point[axis] for _value, point in simplex[:-1]) / size
            for axis in range(size)
        ]
        simplex = _moved(worth, simplex, centre)
    return simplex[0][1]


def _moved(
    worth: Callable[[Point], float],
    simplex: list[tuple[float, Point]],
    centre: Point,
) -> list[tuple[float, Point]]:
    """The worst corner goes beyond the others, or all come closer to the best."""

    def tried(factor: float) -> tuple[float, Point]:
        worst = simplex[-1][1]
        point = [
            middle + factor * (middle - one)
            for middle, one in zip(centre, worst, strict=True)
        ]
        return worth(point), point

    mirrored = tried(1.0)
    if mirrored[0] < simplex[0][0]:
        return sorted([*simplex[:-1], min(mirrored, tried(2.0))])
    if mirrored[0] < simplex[-2][0]:
        return sorted([*simplex[:-1], mirrored])
    nearer = tried(0.5 if mirrored[0] < simplex[-1][0] else -0.5)
    if nearer[0] < min(mirrored[0], simplex[-1][0]):
        return sorted([*simplex[:-1], nearer])
    best = simplex[0][1]
    shrunk = [
        [one + 0.5 * (other - one) for one, other in zip(best, point, strict=True)]
        for _value, point in simplex[1:]
    ]
    return sorted([simplex[0], *((worth(point), point) for point in shrunk)])
