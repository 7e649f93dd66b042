"""Which coupons a bill is settled with, together with the benefits before them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, permutations, product
from math import factorial, prod
from typing import Final

from django.utils.translation import gettext as _

from coupons.models import Coupon
from coupons.rules import (
    BillFacts,
    BillLine,
    Fitting,
    ReducedPieces,
    Refusal,
    refusal_of,
    stacks,
    used_too_often,
    why_nothing,
)
from coupons.rules import fitting as fit_of

from . import best as search
from .benefits import Option, explain, options
from .bill import Bill, Guest, Programme, Wishes
from .combinations import (
    Combination,
    RefusedCoupon,
    UsedCoupon,
    apply,
    in_order,
    step_of,
    without,
)
from .left_to_pay import LeftToPay
from .models import DiscountKind
from .on_bill import OnBill
from .to_pay import Rank

MOST_ORDERS: Final = 120  # of coupons that were named
type Refusals = list[tuple[Coupon, Refusal]]


@dataclass(slots=True)
class _Choice:
    """The best so far: an option, and coupons with it."""

    option: Option
    facts: BillFacts
    rank: tuple[int, Rank]
    found: Combination
    refused: Refusals


def price(
    bill: Bill,
    guest: Guest,
    programme: Programme,
    wishes: Wishes,
    *,
    charge_bp: int,
    at: datetime,
) -> OnBill:
    """The bill with the benefits and coupons after which least is left to pay.

    Of equal ones that with fewer coupons, then fewer points, then fewer benefits given
    up. Coupons that were named are all used, wherever some way of pricing lets them.
    """
    usable, refused = _usable(guest, wishes, at)
    drawer = search.Drawer(usable, per_bill=programme.coupons_per_bill)
    best: _Choice | None = None
    for option in options(bill, guest, programme, wishes.forgo):
        to_pay = LeftToPay.of(
            option.amounts,
            sum(option.on.amounts),
            charge_bp=charge_bp,
            guest=guest,
            programme=programme,
            wishes=wishes,
        )
        facts = _facts(option, guest, programme)
        if wishes.coupons is None:
            best = _best(option, facts, drawer, to_pay, best) or best
        else:
            best = _as_named(option, facts, usable, programme, to_pay, best)
    if best is None:
        raise RuntimeError("a bill without a price")
    on = best.option.on
    explain(best.option, guest, wishes.forgo)
    _reject_unknown(on, guest, wishes)
    for coupon, why in [*refused, *best.refused]:
        _reject_coupon(on, coupon, why)
    for one in best.found.used:
        on.take_off(
            DiscountKind.COUPON,
            one.saving.per_line,
            subject=one.coupon.pk,
            name=one.coupon.version.name,
        )
    if wishes.coupons is None:
        _explain_unused(on, usable, best.found, best.facts)
    return on


def _best(
    option: Option,
    facts: BillFacts,
    drawer: search.Drawer,
    to_pay: LeftToPay,
    before: _Choice | None,
) -> _Choice | None:
    """The best coupons with this option, if they are better than what was found."""
    found = drawer.best(
        facts,
        to_pay=to_pay,
        beat=None if before is None else (*before.rank[1][:3], []),
    )
    if found is None:
        return None
    return _Choice(option, facts, (0, _rank(to_pay, found)), found, [])


def _as_named(
    option: Option,
    facts: BillFacts,
    usable: Sequence[Coupon],
    programme: Programme,
    to_pay: LeftToPay,
    before: _Choice | None,
) -> _Choice | None:
    """Those named, all of them, in the order that is best for the guest; what cannot
    stand beside the others is told.
    """
    chosen = before
    fits = {coupon.pk: fit_of(coupon.version, facts) for coupon in usable}
    for order in _orders(usable):
        found, refused = _in_this_order(
            order, fits, facts, per_bill=programme.coupons_per_bill
        )
        rank = (len(refused), _rank(to_pay, found))
        if chosen is None or rank < chosen.rank:
            chosen = _Choice(option, facts, rank, found, refused)
    return chosen


def _rank(to_pay: LeftToPay, found: Combination) -> Rank:
    saved = found.amount
    return to_pay.left(saved), len(found.used), to_pay.points(saved), []


def _orders(coupons: Sequence[Coupon]) -> Iterator[list[Coupon]]:
    """Every order that keeps to the steps; where those are very many, the usual one."""
    steps = [list(same) for _step, same in groupby(in_order(coupons), key=step_of)]
    if prod(factorial(len(step)) for step in steps) > MOST_ORDERS:
        yield [coupon for step in steps for coupon in step]
        return
    # Uses of the same coupon stand for one another.
    orders = [dict.fromkeys(permutations(step)) for step in steps]
    for order in product(*orders):
        yield [coupon for step in order for coupon in step]


def _in_this_order(
    coupons: Iterable[Coupon],
    fits: dict[int, Fitting | Refusal],
    facts: BillFacts,
    *,
    per_bill: int,
) -> tuple[Combination, Refusals]:
    used: list[UsedCoupon] = []
    refused: Refusals = []
    amounts = facts.amounts
    reduced: ReducedPieces = ()
    for coupon in coupons:
        versions = [one.coupon.version for one in used] + [coupon.version]
        fit, why = fits[coupon.pk], stacks(versions, per_bill=per_bill)
        if why is None and isinstance(fit, Refusal):
            why = fit
        elif why is None and isinstance(fit, Fitting):
            saved = fit.saves(amounts, reduced)
            if saved is None:
                why = why_nothing(fit, amounts)
            else:
                used.append(UsedCoupon(coupon, saved))
                reduced = fit.after(amounts, reduced, saved)
                amounts = without(amounts, saved)
        if why is not None:
            refused.append((coupon, why))
    return Combination(tuple(used)), refused


def _facts(option: Option, guest: Guest, programme: Programme) -> BillFacts:
    lines = tuple(
        BillLine(
            item=line.sku or line.name,
            category=line.category,
            quantity=line.pieces,
            amount=amount,
            has_tier_discount=at in option.on.has_tier_price,
        )
        for at, (line, amount) in enumerate(
            zip(option.on.bill.lines, option.amounts, strict=True)
        )
    )
    return BillFacts(
        lines=lines,
        store_id=programme.store_id,
        business_date=programme.day,
        local_time=programme.local_time,
        channel=option.on.bill.channel,
        member_id=guest.member_id,
        tier_id=guest.tier_id,
    )


def _usable(
    guest: Guest, wishes: Wishes, at: datetime
) -> tuple[list[Coupon], Refusals]:
    """Coupons that hold at this moment; of those asked for, why others do not.

    One that is asked for twice is used twice: it stands there once for each use.
    """
    usable: list[Coupon] = []
    refused: Refusals = []
    times = None if wishes.coupons is None else Counter(wishes.coupons)
    for coupon in guest.coupons:
        wished = 1 if times is None else times[coupon.pk]
        if not wished:
            continue
        why = refusal_of(coupon, member_id=guest.member_id, at=at)
        if why is None:
            usable += [coupon] * min(wished, coupon.uses_left)
            if wished > coupon.uses_left:
                refused.append((coupon, used_too_often(coupon)))
        else:
            refused.append((coupon, why))
    return usable, refused


def _reject_unknown(on: OnBill, guest: Guest, wishes: Wishes) -> None:
    known = {coupon.pk for coupon in guest.coupons}
    for unknown in sorted(set(wishes.coupons or ()) - known):
        on.reject(
            DiscountKind.COUPON,
            "unknown",
            _("There is no such coupon."),
            subject=unknown,
        )


def _explain_unused(
    on: OnBill,
    coupons: Iterable[Coupon],
    found: Combination,
    facts: BillFacts,
) -> None:
    used = set(found.ids)
    for coupon in coupons:
        if coupon.pk in used:
            continue
        alone = apply([coupon], facts)
        if isinstance(alone, RefusedCoupon):
            _reject_coupon(on, coupon, alone.why)
        else:
            _reject_coupon(
                on,
                coupon,
                Refusal("better_offer", _("Other coupons save more on this bill.")),
            )


def _reject_coupon(on: OnBill, coupon: Coupon, why: Refusal) -> None:
    on.reject(
        DiscountKind.COUPON,
        why.code,
        why.sentence,
        subject=coupon.pk,
        name=coupon.version.name,
    )
