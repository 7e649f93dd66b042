"""The best combination of coupons for a bill: exact, and quick with thirty of them.

Things for free come first, then percentages, then amounts, each on what those before it
left; within such a step the order that is best for the guest. Of two combinations that
is better after which less is left to pay; of equal ones the one with fewer coupons;
then the one whose coupons expire sooner.

What a coupon saves never grows as lines get cheaper. So what each of the rest would
save now bounds what they can save together, and branches that cannot reach the best so
far are not entered. Coupons that promise the very same stand for one another: of those
only the ones that expire soonest are looked at.

Where a shop lets very many stand on one bill, a drawer can be made up for which that
takes hours. After `MOST_WEIGHED` the best that was met by then stands, each time the
same; with the three coupons a bill that are usual, thirty never need a quarter of it.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest, nsmallest
from itertools import accumulate, groupby
from operator import neg
from typing import Any, Final

from coupons.models import Coupon, TemplateVersion
from coupons.rules import (
    WHOLE,
    BillFacts,
    Fitting,
    ReducedPieces,
    Refusal,
    fitting,
    share,
    stacks,
)

from .combinations import (
    ORDER,
    Combination,
    UsedCoupon,
    end_of,
    in_order,
    promise_of,
    without,
)
from .to_pay import SAVINGS_ALONE, Rank, ToPay

# How often it is asked what one coupon would save: some 30 to 40 ms.
MOST_WEIGHED = 12_000
FEW: Final = 3  # coupons on a bill, as is usual


class Drawer:
    """All coupons that may be used, put in order once for every way of pricing."""

    def __init__(self, coupons: Sequence[Coupon], *, per_bill: int) -> None:
        self.per_bill = per_bill
        self.pieces: list[_Piece] = []
        for promise, same in groupby(
            in_order(coupons), key=lambda coupon: promise_of(coupon.version)
        ):
            self.pieces.extend(_soonest(list(same), promise, per_bill))
        self.ends = [end_of(piece.coupon) for piece in self.pieces]
        versions = [piece.coupon.version for piece in self.pieces]
        self.steps = [ORDER[version.kind] for version in versions]
        # One of a group at the most, however many there is room for.
        self.groups = [version.group or place for place, version in enumerate(versions)]
        # Else any that may stand beside each other may all stand together.
        self.is_counted = any(version.per_bill > 1 for version in versions)
        # Which may come after which: no step before an earlier one.
        self.after = [0] * len(versions)
        for place, version in enumerate(versions):
            for other in range(place + 1, len(versions)):
                if _may_stand_together(version, versions[other]):
                    self.after[place] |= 1 << other
                    if self.steps[place] == self.steps[other]:
                        self.after[other] |= 1 << place

        # Another option of the same bill asks the same of nearly all of them.
        self._known_fits: dict[tuple[Any, ...], list[Fitting | None]] = {}

    def best(
        self,
        bill: BillFacts,
        *,
        to_pay: ToPay = SAVINGS_ALONE,
        beat: Rank | None = None,
    ) -> Combination | None:
        """The combination after which least is left to pay; none of them where none
        helps.

        None where nothing comes before `beat`, which was found elsewhere.
        """
        search = _Search(self, self._fits(bill), to_pay, beat)
        search.begin(bill.amounts)
        return None if search.best is None else Combination(search.best)

    def _fits(self, bill: BillFacts) -> list[Fitting | None]:
        """What each saves on such a bill; of what a line costs only that it costs
        something makes a difference.
        """
        asked = (
            replace(bill, lines=()),
            *(replace(line, amount=line.amount > 0) for line in bill.lines),
        )
        found = self._known_fits.get(asked)
        if found is None:
            found = self._known_fits[asked] = list(self._new_fits(bill))
        return found

    def _new_fits(self, bill: BillFacts) -> Iterator[Fitting | None]:
        known: TemplateVersion | None = None
        fit: Fitting | Refusal | None = None
        for piece in self.pieces:
            if piece.coupon.version is not known:
                known = piece.coupon.version
                fit = fitting(known, bill)
            yield fit if isinstance(fit, Fitting) else None


def best(
    coupons: Sequence[Coupon], bill: BillFacts, *, per_bill: int
) -> Combination | None:
    """The combination that saves most on this bill; none of them where none saves."""
    return Drawer(coupons, per_bill=per_bill).best(bill)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One use of one coupon, ready to be tried."""

    coupon: Coupon
    promise: tuple[Any, ...]


def _may_stand_together(one: TemplateVersion, other: TemplateVersion) -> bool:
    """Whether two coupons `stacks`, where there is room for two."""
    if one.is_exclusive or other.is_exclusive:
        return False
    if one.group and one.group == other.group:
        return False
    return one.template_id != other.template_id or min(one.per_bill, other.per_bill) > 1


def _soonest(
    several: Sequence[Coupon], promise: tuple[Any, ...], per_bill: int
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
            pieces.extend([_Piece(coupon, promise)] * uses)
    return pieces


class _Search:
    """Depth first, with a bound; keeps the best that it has met."""

    def __init__(
        self,
        drawer: Drawer,
        fits: Sequence[Fitting | None],
        to_pay: ToPay,
        beat: Rank | None,
    ) -> None:
        self.pieces = drawer.pieces
        self.per_bill = drawer.per_bill
        self.to_pay = to_pay
        self.best: tuple[UsedCoupon, ...] | None = ()
        self.weighed = 0
        self.rank: Rank = (to_pay.left(0), 0, to_pay.points(0), [])
        if beat is not None and beat <= self.rank:
            self.best, self.rank = None, beat
        self._met: set[tuple[int, tuple[int, ...], ReducedPieces]] = set()
        self._ends = drawer.ends
        self._steps = drawer.steps
        self._groups = drawer.groups
        self._is_counted = drawer.is_counted
        self._after = drawer.after
        self._fits = fits
        # Most coupons are of the same lines: what those cost is added up once.
        self._bases: list[tuple[int, ...]] = []
        self._base_of: list[int] = []
        for fit in fits:
            lines = fit.places if fit and not fit.is_of_one_item else ()
            if lines not in self._bases:
                self._bases.append(lines)
            self._base_of.append(self._bases.index(lines))

    def begin(self, amounts: tuple[int, ...]) -> None:
        """Look at all combinations; where many may stand on a bill, first at those
        that keep to the order of the places, so that the end finds a good one known.
        """
        every = sum(1 << place for place, fit in enumerate(self._fits) if fit)
        if self.per_bill > FEW:
            any_order = self._after
            self._after = [
                after >> place << place for place, after in enumerate(any_order)
            ]
            self.enter(every, amounts)
            self._after, self.weighed = any_order, 0
            self._met.clear()
        self.enter(every, amounts)

    def enter(
        self,
        rest: int,
        amounts: tuple[int, ...],
        used: tuple[UsedCoupon, ...] = (),
        amount: int = 0,
        places: int = 0,
        reduced: ReducedPieces = (),
    ) -> None:
        """Look at every combination that begins with `used`, which saves `amount`, and
        goes on with some of `rest`, a bit for each place, as those `used` in `places`.
        """
        self._keep_better(used, amount)
        room, left = self.per_bill - len(used), sum(amounts)
        if not room or self._is_beaten(amount + left, used):
            return
        met = (places, amounts, reduced)
        if self.weighed > MOST_WEIGHED or met in self._met:
            return
        self._met.add(met)
        savings = self._savings(rest, amounts, used, reduced)
        room = min(room, len({self._groups[place] for place in savings}))
        if room <= 1:
            self._finish(savings, amounts, used, amount, reduced)
            return
        if self._is_hopeless(amount, savings, left, room, used):
            return
        for bound, place in self._next(savings, room):
            if self._is_beaten(amount + bound, used):
                return
            fit = self._fit(place)
            saved = fit.saves(amounts, reduced)
            if saved is not None:
                self.enter(
                    rest & self._after[place],
                    without(amounts, saved),
                    (*used, UsedCoupon(self.pieces[place].coupon, saved)),
                    amount + saved.amount,
                    places | 1 << place,
                    fit.after(amounts, reduced, saved),
                )

    def _keep_better(self, used: tuple[UsedCoupon, ...], amount: int) -> None:
        if not used:
            return
        reached = self.to_pay.left(amount), len(used), self.to_pay.points(amount)
        if reached > self.rank[:3]:
            return
        rank = (*reached, sorted(end_of(one.coupon) for one in used))
        if rank < self.rank:
            self.best, self.rank = used, rank

    def _is_beaten(self, reach: int, used: tuple[UsedCoupon, ...]) -> bool:
        """Whether one coupon more, and what comes after it, is worse than the best if
        they save `reach` at the most.
        """
        least = self.to_pay.at_least(reach)
        return (least, len(used)) >= self.rank[:2]

    def _is_hopeless(
        self,
        amount: int,
        savings: dict[int, int],
        open_left: int,
        room: int,
        used: tuple[UsedCoupon, ...],
    ) -> bool:
        """Whether all that begins with `used` is worse than the best, whatever `room`
        more save together of what is `open_left`: if no less is due, then with more
        coupons or later ends.
        """
        # What is added up in a moment often says it already.
        if self._is_beaten(amount + sum(nlargest(room, savings.values())), used):
            return True
        most = self._together(savings, open_left, room)
        left, count, _points, best_ends = self.rank
        least = self.to_pay.at_least(amount + most[-1])
        if least != left or self.to_pay.takes_points:
            return least > left
        fewest = next(
            many
            for many, saved in enumerate(most)
            if self.to_pay.at_least(amount + saved) == left
        )
        if len(used) + fewest != count:
            return len(used) + fewest > count
        soonest = nsmallest(fewest, (self._ends[place] for place in savings))
        ends = sorted([*(end_of(one.coupon) for one in used), *soonest])
        return ends >= best_ends

    def _savings(
        self,
        rest: int,
        amounts: tuple[int, ...],
        used: tuple[UsedCoupon, ...],
        reduced: ReducedPieces,
    ) -> dict[int, int]:
        """What each that may come next would save now, by its place."""
        found = {}
        versions = [one.coupon.version for one in used]
        bases = [sum([amounts[at] for at in lines]) for lines in self._bases]
        fits, base_of = self._fits, self._base_of
        self.weighed += rest.bit_count()
        while rest:
            lowest = rest & -rest
            rest ^= lowest
            place = lowest.bit_length() - 1
            fit = fits[place]
            if fit is None:
                continue
            if fit.is_of_one_item:
                saved = fit.amount(amounts, reduced)
            else:
                base = bases[base_of[place]]
                saved = fit.of(base) if base >= fit.min_spend else 0
            if not saved:
                continue
            if self._is_counted and stacks(
                (*versions, self.pieces[place].coupon.version), per_bill=self.per_bill
            ):
                continue
            found[place] = saved
        return found

    def _fit(self, place: int) -> Fitting:
        """What it saves on this bill, for which every one that is looked at fits."""
        fit = self._fits[place]
        assert fit is not None  # noqa: S101 (for the type)
        return fit

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
        used: tuple[UsedCoupon, ...],
        amount: int,
        reduced: ReducedPieces,
    ) -> None:
        """The last one that there is room for: after which least is left to pay, and
        which ends soonest.
        """
        most = max(savings.values(), default=0)
        if not most or self._is_beaten(amount + most, used):
            return
        place = min(
            savings,
            key=lambda place: (
                self.to_pay.left(amount + savings[place]),
                self.to_pay.points(amount + savings[place]),
                self._ends[place],
            ),
        )
        saved = self._fit(place).saves(amounts, reduced)
        if saved is not None:
            last = UsedCoupon(self.pieces[place].coupon, saved)
            self._keep_better((*used, last), amount + saved.amount)

    def _next(self, savings: dict[int, int], room: int) -> list[tuple[int, int]]:
        """What may come next, the most promising first: the most that it and those
        after it can save together, and its place.
        """
        found: list[tuple[int, int]] = []
        most: list[int] = []  # what the best of its step and after save, largest first
        for _step, same in groupby(reversed(savings), key=self._steps.__getitem__):
            places = list(same)
            for place in places:
                insort(most, savings[place], key=neg)
                del most[room:]
            whole = sum(most)
            others = whole - most[-1] if len(most) == room else whole
            for place in places:
                if not self._stands_for_another(place, savings):
                    saved = savings[place]
                    is_among = saved >= most[-1]
                    found.append((whole if is_among else others + saved, place))
        found.sort(key=lambda child: (-child[0], self._ends[child[1]]))
        return found

    def _together(self, savings: dict[int, int], left: int, room: int) -> list[int]:
        """The most that none, one … `room` of them can save together of what is `left`,
        in whatever order.

        The last of so many saves no more than now, than its terms allow of what those
        before it left, and nothing unless its minimum is left; they save no more than
        the most with one coupon less. Nor do all save more than they would now, with
        shares of the whole bill taken one of what another leaves.
        """
        alone = self._alone(savings, left, room)
        fits = [(self._fit(place), saved) for place, saved in savings.items()]
        most = [0]
        for many in range(min(room, len(savings))):
            reach = before_most = most[-1]
            for fit, saved in fits:
                before = min(before_most, left - fit.min_spend)
                if before + saved > reach:
                    found = before + min(saved, fit.of(left - before))
                    if found > reach:
                        reach = found
            most.append(min(reach, alone[many + 1]))
        self.weighed += len(savings)
        return most

    def _alone(self, savings: dict[int, int], left: int, room: int) -> list[int]:
        """The most that none, one … `room` of them save, whatever their minimums."""
        rates: list[int] = []
        sums: list[int] = []
        for place, saved in savings.items():
            rate = self._fit(place).off_bp
            if rate and saved >= share(left, rate):
                rates.append(rate)
            else:
                sums.append(saved)
        rest, whole, by_rate = left, 1, [0]
        for many, rate in enumerate(nlargest(room, rates), 1):
            rest, whole = rest * (WHOLE - rate), whole * WHOLE
            # Each is rounded up by a half at the most.
            by_rate.append((2 * (left * whole - rest) + many * whole) // (2 * whole))
        by_sum = [0, *accumulate(nlargest(room, sums))]
        return [
            max(
                by_rate[shares] + by_sum[min(many - shares, len(by_sum) - 1)]
                for shares in range(min(many, len(by_rate) - 1) + 1)
            )
            for many in range(room + 1)
        ]
