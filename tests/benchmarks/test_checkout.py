"""The benchmark of the counter still runs, over HTTP, and loses nothing."""

import pytest

from benchmarks import checkout
from benchmarks.codes import gift_code
from benchmarks.tills import Turn
from gift_cards.codes import normalised
from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_serves_in_every_way_and_proves_its_books() -> None:
    printed = run_quickly("checkout")

    for side in (
        *(checkout.LIMIT, checkout.CAPTURE, checkout.LIMIT_HOT, checkout.HOT),
        *(checkout.LIMIT_GIFT, checkout.GIFT, checkout.LOOK, checkout.EMPTY),
    ):
        assert f"| {side} " in printed
    assert "none lost, none doubled" in printed
    assert printed.count("proved ") == 2
    assert "a quick run judges nothing" in printed


def test_each_aim_is_judged_by_its_own_side() -> None:
    slow = [Turn(done=10, seconds=1.0, p95=0.5)]
    fast = [Turn(done=100, seconds=1.0, p95=0.1)]
    ours = {checkout.CAPTURE, checkout.HOT, checkout.GIFT, checkout.LOOK}
    beside = {checkout.LIMIT, checkout.LIMIT_HOT, checkout.LIMIT_GIFT}
    names = ours | beside | {checkout.LIMIT_LOOK, checkout.EMPTY}

    met = checkout.judged(dict.fromkeys(names, fast))
    missed = checkout.judged({name: slow if name in ours else fast for name in names})

    assert all(ratio.is_met for ratio in met)
    assert [ratio.is_met for ratio in missed if ratio.aim] == [False] * 4


def test_the_codes_on_its_gift_cards_are_codes() -> None:
    for number in (1, 2, 31, 32, 99_999, 10_000_000):
        assert normalised(gift_code(number)) == gift_code(number)
