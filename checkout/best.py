"""The best combination of coupons for a bill: exact, and quick with thirty of them.

Coupons stand in one fixed order, and a combination is applied in that order, each on
what those before it left. Of two combinations the one that saves more is better; of
equal ones the one with fewer coupons; then the one whose coupons expire sooner.

What a coupon saves never grows as lines get cheaper. So what each of the rest would
save now bounds what they can save together, and branches that cannot reach the best so
far are not entered. Coupons that promise the very same stand for one another: of those
only the ones that expire soonest are looked at.

Where a shop lets very many stand on one bill, a drawer can be made up for which that
takes hours. After `MOST_WEIGHED` the best that was met by then stands, each time the
same; with the three coupons a bill that are usual, thirty never need a quarter of it.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import groupby
from operator import neg
from typing import Any

from coupons.models import Coupon, TemplateVersion
from coupons.rules import (
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
# How often it is asked what one coupon would save: some 30 to 40 ms.
MOST_WEIGHED = 12_000


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
    search.enter((1 << len(pieces)) - 1, bill.amounts)
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
        self.weighed = 0
        self._best_amount = 0
        self._best_rank = _rank(())
        self._ends = [_end(piece.coupon) for piece in pieces]
        versions = [piece.coupon.version for piece in pieces]
        self._beside = [
            sum(
                1 << later
                for later in range(place + 1, len(pieces))
                if stacks((version, versions[later]), per_bill=2) is None
            )
            for place, version in enumerate(versions)
        ]
        # One of a group at the most, however many there is room for.
        self._groups = [
            version.group or place for place, version in enumerate(versions)
        ]
        # Else any that may stand beside each other may all stand together.
        self._is_counted = any(version.per_bill > 1 for version in versions)

    def enter(
        self,
        rest: int,
        amounts: tuple[int, ...],
        used: tuple[Used, ...] = (),
        amount: int = 0,
    ) -> None:
        """Look at every combination that begins with `used`, which saves `amount`, and
        goes on with some of `rest`, a bit for each place.
        """
        self._keep_better(used, amount)
        room, left = self.per_bill - len(used), sum(amounts)
        if not room or self._is_beaten(amount + left, used):
            return
        if self.weighed > MOST_WEIGHED:
            return
        savings = self._savings(rest, amounts, used)
        room = min(room, len({self._groups[place] for place in savings}))
        if room <= 1:
            self._finish(savings, amounts, used, amount)
            return
        if self._is_hopeless(
            amount, self._together(savings, left, room), used, savings
        ):
            return
        for bound, place in self._next(savings, room):
            if self._is_beaten(amount + bound, used):
                return
            piece = self.pieces[place]
            saved = piece.fit.saves(amounts)
            if saved is not None:
                self.enter(
                    rest & self._beside[place],
                    without(amounts, saved),
                    (*used, Used(piece.coupon, saved)),
                    amount + saved.amount,
                )

    def _keep_better(self, used: tuple[Used, ...], amount: int) -> None:
        if not used or amount < self._best_amount:
            return
        rank = _rank(used)
        if amount > self._best_amount or rank < self._best_rank:
            self.best, self._best_amount, self._best_rank = used, amount, rank

    def _is_beaten(self, reach: int, used: tuple[Used, ...]) -> bool:
        """Whether one coupon more, and what comes after it, is worse than the best if
        they save `reach` at the most.
        """
        return reach < self._best_amount or (
            reach == self._best_amount and len(used) >= len(self.best)
        )

    def _is_hopeless(
        self,
        amount: int,
        most: Sequence[int],
        used: tuple[Used, ...],
        savings: dict[int, int],
    ) -> bool:
        """Whether all that begins with `used` is worse than the best, where so many
        more save `most` together: if no less, then with more coupons or later ends.
        """
        missing = self._best_amount - amount
        if most[-1] != missing:
            return most[-1] < missing
        fewest = bisect_left(most, missing)
        if len(used) + fewest != len(self.best):
            return len(used) + fewest > len(self.best)
        soonest = nsmallest(fewest, (self._ends[place] for place in savings))
        ends = sorted([*(_end(one.coupon) for one in used), *soonest])
        return (len(ends), ends) >= self._best_rank

    def _savings(
        self, rest: int, amounts: tuple[int, ...], used: tuple[Used, ...]
    ) -> dict[int, int]:
        """What each that may come next would save now, by its place."""
        found = {}
        versions = [one.coupon.version for one in used]
        while rest:
            lowest = rest & -rest
            rest ^= lowest
            place = lowest.bit_length() - 1
            piece = self.pieces[place]
            saved = piece.fit.amount(amounts)
            self.weighed += 1
            if not saved:
                continue
            if self._is_counted and stacks(
                (*versions, piece.coupon.version), per_bill=self.per_bill
            ):
                continue
            found[place] = saved
        return found

    def _stands_for_another(self, place: int, savings: dict[int, int]) -> bool:
        """Whether the one before it promises the same: that expires sooner."""
        return (
            place - 1 in savings
            and self.pieces[place - 1].promise == self.pieces[place].promise
        )

    def _finish(
        self,
        savings: dict[int, int],
        amounts: tuple[int, ...],
        used: tuple[Used, ...],
        amount: int,
    ) -> None:
        """The last one that there is room for: what saves most, and ends soonest."""
        most = max(savings.values(), default=0)
        if not most or self._is_beaten(amount + most, used):
            return
        equal = (place for place, saving in savings.items() if saving == most)
        piece = self.pieces[min(equal, key=self._ends.__getitem__)]
        saved = piece.fit.saves(amounts)
        if saved is not None:
            self._keep_better((*used, Used(piece.coupon, saved)), amount + most)

    def _next(self, savings: dict[int, int], room: int) -> list[tuple[int, int]]:
        """What may come next, the most promising first: the most that it and those
        after it can save together, and its place.
        """
        found: list[tuple[int, int]] = []
        later: list[int] = []  # what the best of those after it save, largest first
        for place in reversed(savings):
            saved = savings[place]
            if not self._stands_for_another(place, savings):
                found.append((saved + sum(later), place))
            insort(later, saved, key=neg)
            del later[room - 1 :]
        found.sort(key=lambda child: (-child[0], self._ends[child[1]]))
        return found

    def _together(self, savings: dict[int, int], left: int, room: int) -> list[int]:
        """The most that none, one … `room` of them can save together of what is `left`.

        A coupon after which `before` is saved already finds at most `left - before` on
        its lines: there must be its minimum, and it saves no more of it than its terms
        allow, nor more than now. What is saved with it grows with `before`, so that of
        those before it no more has to be known than the most with one coupon less.
        """
        most = [0]  # by how many are used, of those so far
        for place, saved in savings.items():
            fit = self.pieces[place].fit
            at_most = left - fit.min_spend
            if len(most) <= room:
                most.append(most[-1])
            known = reach = -1
            for many in range(len(most) - 1, 0, -1):
                before = min(most[many - 1], at_most)
                if before != known:
                    known = before
                    reach = before + min(saved, fit.of(left - before))
                if reach > most[many]:
                    most[many] = reach
            self.weighed += len(most)
        return most


def _rank(used: tuple[Used, ...]) -> tuple[int, list[tuple[datetime, int]]]:
    """What decides between equal savings: less is better."""
    return len(used), sorted(_end(one.coupon) for one in used)


def _end(coupon: Coupon) -> tuple[datetime, int]:
    """What expires sooner goes first."""
    return coupon.valid_until, coupon.pk
