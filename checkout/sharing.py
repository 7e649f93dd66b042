"""Sharing out what is given back of a bill: pure arithmetic, whole numbers only.

The next unit always goes to whoever is furthest behind its proportion (the rule of
Webster and Sainte-Laguë). The order of all units is fixed by the wholes alone, so any
cuts of a refund end, to the cent, where one refund of their sum would; largest
remainders, taken anew for every cut, would not.
"""

from collections.abc import Sequence
from fractions import Fraction


def next_units(amount: int, wholes: Sequence[int], given: Sequence[int]) -> list[int]:
    """How the next `amount` is shared, after `given`; none gets beyond its whole.

    Raises ValueError for more than there is: callers ask before.
    """
    left = [whole - had for whole, had in zip(wholes, given, strict=True)]
    total = sum(wholes)
    if not 0 <= amount <= sum(left) or min(left, default=0) < 0:
        raise ValueError(amount)
    low, high = 0, total  # the share of the whole, in `total`ths, that is reached
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_reached(middle, total, wholes, given)) - sum(given) <= amount:
            low = middle
        else:
            high = middle - 1
    shares = [
        reached - had
        for reached, had in zip(_reached(low, total, wholes, given), given, strict=True)
    ]
    if rest := amount - sum(shares):
        behind = sorted(
            (Fraction(2 * (had + share) + 1, 2 * whole), place)
            for place, (whole, had, share) in enumerate(
                zip(wholes, given, shares, strict=True)
            )
            if had + share < whole
        )
        for _turn, place in behind[:rest]:
            shares[place] += 1
    return shares


def _reached(
    part: int, total: int, wholes: Sequence[int], given: Sequence[int]
) -> list[int]:
    """What each has once all were served up to `part` of `total`, rounded half up."""
    if not total:
        return list(given)
    return [
        max(had, (2 * whole * part + total) // (2 * total))
        for whole, had in zip(wholes, given, strict=True)
    ]


def last_first(amount: int, wholes: Sequence[int], given: Sequence[int]) -> list[int]:
    """How an amount is given back in the reverse order of payment.

    Raises ValueError for more than there is.
    """
    shares = [0] * len(wholes)
    for place in reversed(range(len(wholes))):
        shares[place] = min(amount, wholes[place] - given[place])
        amount -= shares[place]
    if amount:
        raise ValueError(amount)
    return shares
