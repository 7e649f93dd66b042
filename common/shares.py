"""Dividing what has no halves: minor units, points."""

from collections.abc import Sequence


def spread(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide an amount in proportion, to the last unit, by largest remainder.

    Of equal remainders the first comes first. No part is above its weight while the
    amount is not above them all; without any weight there are no parts to give.
    """
    whole = sum(weights)
    if whole == 0:
        return tuple(0 for _weight in weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at)
    )
    for at in by_remainder[: amount - sum(parts)]:
        parts[at] += 1
    return tuple(parts)
