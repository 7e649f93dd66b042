"""What is due is the least there is: beside brute force, and with anything less."""

from dataclasses import replace
from itertools import chain, combinations, groupby, permutations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checkout.benefits import Option, options
from checkout.bill import Bill, Guest, Line, Programme, Quote, Wishes
from checkout.combinations import Combination, apply, in_order, step_of
from checkout.coupon_choice import _facts
from checkout.models import BillOffer, DiscountKind, LineKind
from common.errors import DomainError
from coupons.kinds import CouponKind
from coupons.models import Coupon
from coupons.rules import stacks
from points.models import PointsPolicy
from points.spending import check_spend, worth_of
from tests.checkout.test_quote import a_coupon, a_programme, told
from tiers.models import Benefits

AMOUNTS = st.integers(1, 60_00) | st.sampled_from([10_00, 50_00, 100_00, 120_00])
MINIMUMS = st.sampled_from([0, 0, 45_00, 50_00, 100_00, 120_00])


@st.composite
def lines(draw: st.DrawFn) -> Line:
    price = draw(AMOUNTS)
    return Line(
        name=draw(st.sampled_from(["noodles", "tea"])),
        kind=draw(st.sampled_from([LineKind.ITEM] * 5 + [LineKind.TIP])),
        thousandths=draw(st.sampled_from([1_000, 1_000, 2_000, 350])),
        unit_price=price,
        member_price=draw(st.none() | st.integers(0, price)),
        excluded=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def drawers(draw: st.DrawFn) -> tuple[Coupon, ...]:
    coupons = []
    for pk in range(1, draw(st.integers(0, 3)) + 1):
        kind = draw(st.sampled_from(["amount_off", "percent_off", "item"]))
        coupons.append(
            a_coupon(
                pk,
                kind=CouponKind(kind),
                amount=draw(st.integers(1, 40_00)) if kind == "amount_off" else 0,
                off_bp=draw(st.integers(1, 5_000)) if kind == "percent_off" else 0,
                cap=draw(st.none() | st.integers(1, 20_00)),
                min_spend=draw(MINIMUMS),
                items=["tea"] if kind == "item" or draw(st.booleans()) else [],
                with_tier_discount=draw(st.booleans()),
                is_exclusive=draw(st.integers(0, 6)) == 0,
            )
        )
    return tuple(coupons)


@st.composite
def guests(draw: st.DrawFn) -> Guest:
    return Guest(
        member_id=1,
        tier_id=1,
        tier_name="Gold",
        benefits=Benefits(
            discount_per_mille=draw(st.sampled_from([0, 1, 50, 100])),
            member_price_weekdays=(),
            has_member_price=draw(st.booleans()),
        ),
        coupons=draw(drawers()),
        points=draw(st.integers(0, 6_000)),
        principal=draw(st.sampled_from([0, 0, 30_00])),
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    offers = tuple(
        BillOffer(
            id=pk,
            name_en=f"Offer {pk}",
            min_spend=draw(MINIMUMS.filter(bool)),
            amount_off=draw(st.integers(1, 20_00)),
            is_repeated=draw(st.booleans()),
        )
        for pk in range(1, draw(st.integers(0, 2)) + 1)
    )
    return a_programme(
        policy={
            "rounding": draw(st.sampled_from([0, 5, 1_00])),
            "most_rounded": draw(st.sampled_from([0, 4, 50, 99])),
            "service_charge": draw(st.sampled_from([0, 10])),
        },
        points_policy=PointsPolicy(
            step_points=100,
            step_worth=draw(st.sampled_from([1_00, 10_00])),
            least_points=draw(st.sampled_from([100, 300])),
            most_of_bill=draw(st.sampled_from([500, 1000])),
        ),
        offers=offers,
        coupons_per_bill=draw(st.integers(1, 3)),
    )


BILLS = st.lists(lines(), min_size=1, max_size=3).map(
    lambda bought: Bill(lines=tuple(bought))
)
POINTS = st.sampled_from([0, 0, None, None, 100, 1_000])


def left_of(quote: Quote) -> int:
    """What is left to pay with money or stored value."""
    return quote.net - sum(one.amount for one in quote.payments if one.points)


def by_brute_force(
    bill: Bill, guest: Guest, programme: Programme, points: int | None
) -> int | None:
    """The least of every benefit on or off, every coupons in every order, and every
    number of points; nothing where the points that were named can never be spent.
    """
    found = [
        left
        for option in options(bill, guest, programme, ())
        for used in _coupons(option, guest, programme)
        for left in _lefts(option, used, guest, programme, points)
    ]
    return min(found, default=None)


def _coupons(option: Option, guest: Guest, programme: Programme) -> list[int]:
    facts, per_bill = _facts(option, guest, programme), programme.coupons_per_bill
    saved = [0]
    for chosen in chain.from_iterable(
        combinations(guest.coupons, size) for size in range(1, per_bill + 1)
    ):
        if stacks([one.version for one in chosen], per_bill=per_bill) is not None:
            continue
        steps = [list(same) for _s, same in groupby(in_order(chosen), key=step_of)]
        for orders in product(*(permutations(step) for step in steps)):
            applied = apply([one for order in orders for one in order], facts)
            if isinstance(applied, Combination):
                saved.append(applied.amount)
    return saved


def _lefts(
    option: Option, saved: int, guest: Guest, programme: Programme, wished: int | None
) -> list[int]:
    policy, shop = programme.points_policy, programme.policy
    rest = sum(option.amounts) - saved
    fixed = sum(option.on.amounts) - sum(option.amounts)
    charge = (rest * int(shop.service_charge) + 50) // 100
    found = []
    if wished is None:
        spends = [0, *range(policy.step_points, guest.points + 1, policy.step_points)]
    else:
        spends = [wished if wished <= guest.points else 0]
    for points in spends:
        worth = 0
        if points:
            try:
                worth = check_spend(points, bill=rest, policy=policy)
            except DomainError:
                continue
        assert worth == worth_of(points, policy)
        left = rest - worth + fixed + charge
        off = left % shop.rounding if shop.rounding else 0
        is_rounded = off <= shop.most_rounded and off <= rest - worth
        found.append(left - off if is_rounded else left)
    return found


@settings(max_examples=400, deadline=None)
@given(BILLS, guests(), programmes(), POINTS)
def test_what_is_left_to_pay_is_what_brute_force_finds(
    bill: Bill, guest: Guest, programme: Programme, points: int | None
) -> None:
    assume(points is None or points <= guest.points)
    least = by_brute_force(bill, guest, programme, points)
    try:
        quote = told(
            bill, guest=guest, programme=programme, wishes=Wishes(points=points)
        )
    except DomainError:
        assert least is None
        return

    assert left_of(quote) == least


def poorer(guest: Guest, programme: Programme) -> list[tuple[str, Guest, Programme]]:
    """Each with one thing less."""
    held, no_price = guest.coupons, replace(guest.benefits, has_member_price=False)
    no_tier = replace(guest.benefits, discount_per_mille=0)
    return [
        ("tier", replace(guest, benefits=no_tier), programme),
        ("member price", replace(guest, benefits=no_price), programme),
        ("points", replace(guest, points=guest.points // 2), programme),
        ("wallet", replace(guest, principal=0), programme),
        *(
            (
                "coupon",
                replace(guest, coupons=tuple(c for c in held if c != one)),
                programme,
            )
            for one in held
        ),
        *(
            (
                "offer",
                guest,
                replace(
                    programme, offers=tuple(o for o in programme.offers if o != one)
                ),
            )
            for one in programme.offers
        ),
    ]


@settings(max_examples=300, deadline=None)
@given(BILLS, guests(), programmes(), st.sampled_from([0, None, 100]))
def test_taking_anything_away_never_lowers_what_is_due(
    bill: Bill, guest: Guest, programme: Programme, points: int | None
) -> None:
    def due(guest: Guest, programme: Programme) -> int | None:
        try:
            wishes = Wishes(points=points)
            return told(bill, guest=guest, programme=programme, wishes=wishes).due
        except DomainError:
            return None

    before = due(guest, programme)
    assume(before is not None)

    for what, less, rules_left in poorer(guest, programme):
        after = due(less, rules_left)
        assert after is None or before is None or after >= before, what


def the_weekday_offer() -> BillOffer:
    return BillOffer(
        id=1, name_en="Weekday", min_spend=1_00, amount_off=10_00, members_only=False
    )


A_MEMBER = Guest(member_id=1, coupons=(a_coupon(1, amount=20_00, min_spend=120_00),))


@pytest.mark.parametrize("named", [None, (1,)])
def test_an_offer_that_would_cost_a_better_coupon_stays_away(
    named: tuple[int, ...] | None,
) -> None:
    quote = told(
        120_00,
        guest=A_MEMBER,
        programme=a_programme(offers=(the_weekday_offer(),)),
        wishes=Wishes(coupons=named),
    )

    assert quote.due == 100_00
    assert [one.kind for one in quote.discounts] == [DiscountKind.COUPON]
    assert [(one.kind, one.code) for one in quote.rejected] == [
        (DiscountKind.OFFER, "costs_less_without")
    ]


def test_a_guest_may_forgo_what_would_be_taken_off() -> None:
    guest = replace(
        A_MEMBER,
        coupons=(),
        tier_id=7,
        tier_name="Gold",
        benefits=Benefits(discount_per_mille=100),
    )
    programme = a_programme(offers=(the_weekday_offer(),))

    quote = told(
        120_00, guest=guest, programme=programme, wishes=Wishes(forgo=("tier", "1"))
    )

    assert quote.due == 120_00
    assert [(one.kind, one.subject, one.code) for one in quote.rejected] == [
        (DiscountKind.TIER, 7, "forgone"),
        (DiscountKind.OFFER, 1, "forgone"),
    ]


def test_the_order_among_amounts_is_the_best_for_the_guest() -> None:
    coupons = (
        a_coupon(1, amount=10_00),
        a_coupon(2, amount=20_00, min_spend=120_00),
    )
    guest = replace(A_MEMBER, coupons=coupons)

    for named in (None, (1, 2)):
        assert told(120_00, guest=guest, wishes=Wishes(coupons=named)).due == 90_00


def test_the_order_among_percentages_is_the_best_for_the_guest() -> None:
    capped = a_coupon(1, kind=CouponKind.PERCENT_OFF, amount=0, off_bp=1000, cap=5_00)
    plain = a_coupon(2, kind=CouponKind.PERCENT_OFF, amount=0, off_bp=2000)
    guest = replace(A_MEMBER, coupons=(capped, plain))

    # The plain one first: 20.00, and then 5.00 of the 8.00 that 10 % of the rest are.
    for named in (None, (1, 2)):
        assert told(100_00, guest=guest, wishes=Wishes(coupons=named)).due == 75_00


@st.composite
def percentages(draw: st.DrawFn) -> tuple[Coupon, ...]:
    """Some that may stand together, with caps, minimums and items that make the order
    matter.
    """
    return tuple(
        a_coupon(
            pk,
            kind=CouponKind.PERCENT_OFF,
            amount=0,
            off_bp=draw(st.sampled_from([5_00, 10_00, 20_00, 30_00, 50_00])),
            cap=draw(st.sampled_from([None, 5_00, 10_00, 20_00])),
            min_spend=draw(st.sampled_from([0, 0, 0, 50_00])),
            items=["tea"] if draw(st.integers(0, 3)) == 0 else [],
        )
        for pk in range(1, draw(st.integers(2, 4)) + 1)
    )


@settings(max_examples=60, deadline=None)
@given(BILLS, percentages(), st.data())
def test_percentages_that_are_named_are_applied_in_the_best_order(
    bill: Bill, coupons: tuple[Coupon, ...], data: st.DataObject
) -> None:
    guest = replace(A_MEMBER, coupons=coupons)
    programme = a_programme(coupons_per_bill=len(coupons))
    named = data.draw(st.permutations([coupon.pk for coupon in coupons]))
    best = [
        sum(option.on.amounts) - applied.amount
        for option in options(bill, guest, programme, ())
        for order in permutations(coupons)
        if isinstance(
            applied := apply(list(order), _facts(option, guest, programme)), Combination
        )
    ]
    wishes = Wishes(coupons=tuple(named), points=0, stored_value=0)

    found = told(bill, guest=guest, programme=programme, wishes=wishes)

    if best:  # in some order all of them apply
        assert found.net == min(best)
    usual = Wishes(coupons=tuple(sorted(named)), points=0, stored_value=0)
    again = told(bill, guest=guest, programme=programme, wishes=usual)
    assert again.net == found.net  # in whatever order they are named
