"""The best combination of coupons for a bill: exact, and quick with thirty of them.

Coupons stand in one fixed order, and a combination is applied in that order, each on
what those before it left. Of two combinations the one that saves more is better; of
equal ones the one with fewer coupons; then the one whose coupons expire sooner.

What a coupon saves never grows as lines get cheaper. So what each of the rest would
save now bounds what they can save together, and branches that cannot reach the best so
far are not entered. Coupons that promise the very same stand for one another: of those
only the ones that expire soonest are looked at.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import neg
from typing import Any

from coupons.models import Coupon, TemplateVersion
from coupons.rules import (
    WHOLE,
    BillFacts,
    Fitting,
    Refusal,
    Saving,
    fitting,
    stacks,
    why_nothing,
)

# Things for free first, then percentages, then amounts.
ORDER = {"item": 0, "pass": 0, "percent_off": 1, "amount_off": 2, "top_up": 3}


@dataclass(frozen=True, slots=True)
class Used:
    """One coupon on the bill, and what it saves there."""

    coupon: Coupon
    saving: Saving


@dataclass(frozen=True, slots=True)
class Combination:
    """Coupons that stand on one bill together, in the order they are applied in."""

    used: tuple[Used, ...] = ()

    @property
    def amount(self) -> int:
        return sum(one.saving.amount for one in self.used)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.coupon.pk for one in self.used)


@dataclass(frozen=True, slots=True)
class Refused:
    """Which of the coupons asked for cannot be used, and why."""

    coupon: Coupon
    why: Refusal


def in_order(coupons: Sequence[Coupon]) -> list[Coupon]:
    """The one order in which coupons are applied; clicks do not matter."""
    return sorted(coupons, key=_place)


def _promise(version: TemplateVersion) -> tuple[Any, ...]:
    """Everything in which two coupons can differ on a bill, except their end."""
    return (
        ORDER[version.kind],
        version.kind,
        version.off_bp,
        version.amount,
        version.cap or 0,
        version.cap is None,
        version.min_spend,
        version.items,
        version.categories,
        version.with_tier_discount,
        version.is_exclusive,
        version.group,
        version.per_bill,
        version.store_ids,
        version.channels,
        version.tier_ids,
        version.weekdays,
        str(version.hours),
        str(version.blackouts),
    )


def _place(coupon: Coupon) -> tuple[Any, ...]:
    return _promise(coupon.version), coupon.valid_until, coupon.pk


def apply(coupons: Sequence[Coupon], bill: BillFacts) -> Combination | Refused:
    """These coupons, all of them, one after the other; or why one of them cannot be."""
    used = []
    amounts = bill.amounts
    for coupon in in_order(coupons):
        fit = fitting(coupon.version, bill)
        if isinstance(fit, Refusal):
            return Refused(coupon, fit)
        found = fit.saves(amounts)
        if found is None:
            return Refused(coupon, why_nothing(fit, amounts))
        used.append(Used(coupon, found))
        amounts = without(amounts, found)
    return Combination(tuple(used))


def without(amounts: Sequence[int], saved: Saving) -> tuple[int, ...]:
    """What lines cost when something was saved on them."""
    return tuple(
        amount - off for amount, off in zip(amounts, saved.per_line, strict=True)
    )


def best(coupons: Sequence[Coupon], bill: BillFacts, *, per_bill: int) -> Combination:
    """The combination that saves most on this bill; none of them where none saves."""
    pieces: list[_Piece] = []
    for promise, same in groupby(in_order(coupons), key=lambda c: _promise(c.version)):
        several = list(same)
        fit = fitting(several[0].version, bill)
        if isinstance(fit, Refusal) or fit.saves(bill.amounts) is None:
            continue
        pieces.extend(_soonest(several, promise, fit, per_bill))
    search = _Search(pieces, per_bill)
    search.enter(0, bill.amounts, ())
    return Combination(search.best)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One use of one coupon, ready to be tried."""

    coupon: Coupon
    promise: tuple[Any, ...]
    fit: Fitting


def _soonest(
    several: Sequence[Coupon], promise: tuple[Any, ...], fit: Fitting, per_bill: int
) -> list[_Piece]:
    """Of coupons that promise the same no more than a bill takes, the soonest first."""
    pieces: list[_Piece] = []
    of_template: dict[int, int] = {}
    for coupon in several:
        version = coupon.version
        room = version.per_bill - of_template.get(version.template_id, 0)
        uses = min(coupon.uses_left, room, per_bill - len(pieces))
        if uses > 0:
            of_template[version.template_id] = version.per_bill - room + uses
            pieces.extend([_Piece(coupon, promise, fit)] * uses)
    return pieces


class _Search:
    """Depth first, with a bound; keeps the best that it has met."""

    def __init__(self, pieces: Sequence[_Piece], per_bill: int) -> None:
        self.pieces = pieces
        self.per_bill = per_bill
        self.best: tuple[Used, ...] = ()
        self._best_amount = 0
        self._best_rank = _rank(())

    def enter(
        self, first: int, amounts: tuple[int, ...], used: tuple[Used, ...]
    ) -> None:
        """Look at every combination that begins with `used`, and goes on."""
        amount = sum(one.saving.amount for one in used)
        if amount >= self._best_amount and used:
            rank = _rank(used)
            if amount > self._best_amount or rank < self._best_rank:
                self.best, self._best_amount, self._best_rank = used, amount, rank
        room, left = self.per_bill - len(used), sum(amounts)
        if not room or not left:
            return
        for bound, place in self._open(first, amounts, used, room):
            if amount + min(left, bound) < self._best_amount:
                return
            piece = self.pieces[place]
            saved = piece.fit.saves(amounts)
            if saved is not None:
                one = Used(piece.coupon, saved)
                self.enter(place + 1, without(amounts, saved), (*used, one))

    def _open(
        self, first: int, amounts: tuple[int, ...], used: tuple[Used, ...], room: int
    ) -> list[tuple[int, int]]:
        """What may come next, the most promising first: the most that it and those
        after it can save together, and its place.
        """
        open_now = self._savings(first, amounts, used)
        left = sum(amounts)
        found: list[tuple[int, int]] = []
        later = _Later(room - 1)
        for place in sorted(open_now, reverse=True):
            saved, piece = open_now[place], self.pieces[place]
            bound = saved + later.at_most(left - saved)
            later.add(saved, piece.coupon.version.off_bp)
            # The one before it promises the same and expires sooner: it goes first.
            if (
                place - 1 in open_now
                and self.pieces[place - 1].promise == piece.promise
            ):
                continue
            found.append((bound, place))
        found.sort(key=lambda child: (-child[0], child[1]))
        return found

    def _savings(
        self, first: int, amounts: tuple[int, ...], used: tuple[Used, ...]
    ) -> dict[int, int]:
        """What each that may stand beside `used` would save, from `first` on."""
        versions = [one.coupon.version for one in used]
        found = {}
        for place in range(first, len(self.pieces)):
            piece = self.pieces[place]
            saved = piece.fit.amount(amounts)
            if saved and not (
                versions
                and stacks([*versions, piece.coupon.version], per_bill=self.per_bill)
            ):
                found[place] = saved
        return found


class _Later:
    """What comes after, and the most that a few of it can save together.

    Each saves at most what it saves now. Percentages of the whole bill are taken of
    what those before left: together they leave at least the product of what each
    leaves, less half a unit each for rounding.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.amounts: list[int] = []  # largest first
        self.rates: list[int] = []  # basis points, largest first

    def add(self, saved: int, rate: int) -> None:
        """One more that may be used; `rate` where it is one of the whole bill."""
        best, value = (self.rates, rate) if rate else (self.amounts, saved)
        insort(best, value, key=neg)
        del best[self.room :]

    def at_most(self, left: int) -> int:
        """The most that so many of them save of what is left."""
        found, rest = sum(self.amounts[: self.room]), left
        for many, rate in enumerate(self.rates[: self.room], 1):
            rest = rest * (WHOLE - rate) // WHOLE
            of_amounts = sum(self.amounts[: self.room - many])
            found = max(found, left - rest + many + of_amounts)
        return found


def _rank(used: tuple[Used, ...]) -> tuple[int, list[tuple[datetime, int]]]:
    """What decides between equal savings: less is better."""
    soonest = sorted((one.coupon.valid_until, one.coupon.pk) for one in used)
    return len(used), soonest
