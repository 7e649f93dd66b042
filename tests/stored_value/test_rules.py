"""The arithmetic: parts add up, nothing is invented, and no cent is stranded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stored_value.offers import Step
from stored_value.rules import (
    LotState,
    RefundRule,
    RefundTerms,
    SpendingOrder,
    Split,
    give_back,
    refund,
    split,
)

AMOUNT = st.integers(0, 10**12)
ORDER = st.sampled_from(SpendingOrder.values)


@st.composite
def cuts(draw: st.DrawFn, total: int) -> list[int]:
    """An amount in up to forty parts, none of them nothing; no part of nothing."""
    if not total:
        return []
    within = st.integers(1, max(total - 1, 1))
    ends = sorted({*draw(st.lists(within, max_size=39)), total})
    return [end - start for start, end in pairwise([0, *ends])]


@st.composite
def wallets(draw: st.DrawFn) -> tuple[int, int, int]:
    principal, bonus = draw(AMOUNT), draw(AMOUNT)
    return principal, bonus, draw(st.integers(0, principal + bonus))


def test_a_step_gives_no_more_than_is_given_at_one_go() -> None:
    step = Step(amount=1, points=10**12, growth=10**12, coupons=500)

    for times, points, coupons in ((1, 10**12, 500), (2, 10**12, 1_000)):
        gift = step.gift(1, times)
        assert (gift.points, gift.growth, gift.coupons) == (points, points, coupons)
    assert step.gift(1, 3).coupons == 1_000


def test_300_with_50_on_top_pays_140_with_120_and_20() -> None:
    taken = split(amount=140, principal=300, bonus=50, order="pro_rata")
    assert taken == Split(principal=120, bonus=20)


@pytest.mark.parametrize(
    ("order", "principal", "bonus"),
    [("principal_first", 140, 0), ("bonus_first", 90, 50), ("pro_rata", 120, 20)],
)
def test_each_order_takes_what_it_says(order: str, principal: int, bonus: int) -> None:
    taken = split(amount=140, principal=300, bonus=50, order=order)
    assert taken == Split(principal=principal, bonus=bonus)


def test_the_rounding_unit_goes_to_the_principal() -> None:
    assert split(amount=1, principal=300, bonus=50, order="pro_rata") == Split(1, 0)
    assert split(amount=10, principal=1, bonus=999, order="pro_rata") == Split(1, 9)


@given(wallets(), ORDER)
def test_the_parts_add_up_and_are_never_more_than_there_is(
    held: tuple[int, int, int], order: str
) -> None:
    principal, bonus, amount = held
    taken = split(amount=amount, principal=principal, bonus=bonus, order=order)
    assert taken.principal + taken.bonus == amount
    assert 0 <= taken.principal <= principal
    assert 0 <= taken.bonus <= bonus


@given(wallets(), ORDER, st.data())
def test_who_spends_more_never_takes_less_of_either(
    held: tuple[int, int, int], order: str, data: st.DataObject
) -> None:
    principal, bonus, amount = held
    less = data.draw(st.integers(0, amount))
    small = split(amount=less, principal=principal, bonus=bonus, order=order)
    large = split(amount=amount, principal=principal, bonus=bonus, order=order)
    assert small.principal <= large.principal
    assert small.bonus <= large.bonus


@given(st.integers(0, 500), st.integers(0, 500), ORDER, st.data())
def test_spending_bit_by_bit_never_strands_a_cent(
    principal: int, bonus: int, order: str, data: st.DataObject
) -> None:
    for amount in data.draw(cuts(principal + bonus)):
        taken = split(amount=amount, principal=principal, bonus=bonus, order=order)
        principal, bonus = principal - taken.principal, bonus - taken.bonus
    assert (principal, bonus) == (0, 0)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_any_number_of_refunds_ends_where_the_sale_began(
    principal: int, bonus: int, data: st.DataObject
) -> None:
    taken, given_back, sums = Split(principal, bonus), 0, [0, 0]
    for amount in data.draw(cuts(principal + bonus)):
        part = give_back(taken=taken, before=given_back, amount=amount)
        assert part.principal + part.bonus == amount
        assert min(part.principal, part.bonus) >= 0
        sums[0] += part.principal
        sums[1] += part.bonus
        given_back += amount
        assert sums[0] <= principal
        assert sums[1] <= bonus
    assert sums == [principal, bonus]


def test_a_thousand_refunds_of_a_cent_gain_nobody_one() -> None:
    taken = Split(principal=857, bonus=143)
    parts = [give_back(taken=taken, before=cent, amount=1) for cent in range(1000)]
    assert sum(part.principal for part in parts) == 857
    assert sum(part.bonus for part in parts) == 143


@pytest.mark.parametrize(
    "asked",
    [
        {"amount": -1, "principal": 1, "bonus": 1},
        {"amount": 3, "principal": 1, "bonus": 1},
        {"amount": 1, "principal": -1, "bonus": 5},
        {"amount": 1, "principal": 5, "bonus": -1},
    ],
)
def test_what_cannot_be_split_is_a_mistake_of_the_caller(asked: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=str(asked["amount"])):
        split(**asked, order="pro_rata")


@pytest.mark.parametrize(("before", "amount"), [(0, 0), (0, 11), (8, 3), (-1, 2)])
def test_more_is_never_given_back_than_was_taken(before: int, amount: int) -> None:
    with pytest.raises(ValueError, match=str(amount)):
        give_back(taken=Split(7, 3), before=before, amount=amount)


def lot(principal_left: int, bonus_left: int) -> LotState:
    return LotState(
        paid=300_00,
        bonus=50_00,
        principal_left=principal_left,
        bonus_left=bonus_left,
    )


def under(
    rule: str = RefundRule.UNUSED, fee: int = 0, *, cooling: bool = False
) -> RefundTerms:
    return RefundTerms(rule=rule, fee_per_mille=fee, is_cooling_off=cooling)


def test_a_refund_pays_the_principal_that_is_left_and_no_bonus() -> None:
    found = refund(lot(180_00, 30_00), under())
    assert (found.paid_out, found.fee, found.bonus_spent_charged) == (180_00, 0, 0)
    assert found.bonus_left == 30_00


def test_who_spent_the_bonus_first_pays_for_it_under_the_ratio() -> None:
    """140 spent, the bonus first: 210 left of 350, of which six sevenths were paid."""
    found = refund(lot(210_00, 0), under(RefundRule.RATIO))
    assert (found.paid_out, found.bonus_spent_charged) == (180_00, 30_00)


def test_the_ratio_never_pays_out_of_the_bonus() -> None:
    found = refund(lot(160_00, 50_00), under(RefundRule.RATIO))
    assert (found.paid_out, found.bonus_spent_charged) == (160_00, 0)


def test_spent_in_proportion_both_rules_pay_the_same() -> None:
    left = lot(180_00, 30_00)
    assert refund(left, under(RefundRule.RATIO)) == refund(left, under())


def test_within_the_cooling_off_an_untouched_top_up_costs_nothing() -> None:
    found = refund(lot(300_00, 50_00), under(RefundRule.RATIO, 30, cooling=True))
    assert (found.paid_out, found.fee, found.is_cooling_off) == (300_00, 0, True)


def test_within_the_cooling_off_a_touched_one_is_like_any_other() -> None:
    found = refund(lot(299_00, 50_00), under(fee=30, cooling=True))
    assert (found.paid_out, found.fee) == (299_00 - 8_97, 8_97)
    assert not found.is_cooling_off


@given(
    paid=st.integers(1, 10**9),
    bonus=st.integers(0, 10**9),
    rule=st.sampled_from(RefundRule.values),
    fee=st.integers(0, 1000),
    cooling=st.booleans(),
    data=st.data(),
)
def test_what_is_left_is_shared_to_the_cent(
    *, paid: int, bonus: int, rule: str, fee: int, cooling: bool, data: st.DataObject
) -> None:
    state = LotState(
        paid=paid,
        bonus=bonus,
        principal_left=data.draw(st.integers(0, paid)),
        bonus_left=data.draw(st.integers(0, bonus)),
    )
    found = refund(state, under(rule, fee, cooling=cooling))
    parts = (found.paid_out, found.fee, found.bonus_spent_charged)
    assert sum(parts) == state.principal_left
    assert min(parts) >= 0
