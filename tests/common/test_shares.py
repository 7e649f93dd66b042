"""An amount divided loses nothing, and nobody gets more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from common.shares import spread

money = st.integers(0, 10**9)


@given(total=money, weights=st.lists(money, min_size=1, max_size=12))
def test_all_of_it_is_given_and_no_part_is_above_its_weight(
    total: int, weights: list[int]
) -> None:
    total = min(total, sum(weights))
    parts = spread(total, weights)

    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(weights=st.lists(st.integers(0, 1000), min_size=1, max_size=6), data=st.data())
def test_each_part_is_its_proportion_to_less_than_a_unit(
    weights: list[int], data: st.DataObject
) -> None:
    whole = sum(weights)
    amount = data.draw(st.integers(0, whole))

    for part, weight in zip(spread(amount, weights), weights, strict=True):
        assert abs(part * whole - amount * weight) < max(whole, 1)


def test_the_larger_remainder_comes_first_then_whoever_stands_first() -> None:
    assert spread(100, [1, 1, 1]) == (34, 33, 33)
    assert spread(10, [14, 33, 53]) == (2, 3, 5)
    assert spread(2, [1, 1, 1]) == (1, 1, 0)


def test_without_weights_there_is_nothing_to_give() -> None:
    assert spread(0, [0, 0]) == (0, 0)
    assert spread(5, []) == ()
