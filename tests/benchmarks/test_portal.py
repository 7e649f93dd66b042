"""The benchmark of the portal opens every page that a member has."""

import pytest

from benchmarks.portal import EMPTY, SCREENS, ScreenCost, judged
from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_opens_every_screen_in_both_shops() -> None:
    printed = run_quickly("portal")

    for screen in SCREENS:
        assert f"| /portal/{screen} " in printed
    assert "a quick run judges nothing" in printed


@pytest.mark.parametrize(
    ("first", "other", "is_met"),
    [
        (ScreenCost(9.0, 6), ScreenCost(50.0, 20), True),
        (ScreenCost(9.0, 7), ScreenCost(9.0, 6), False),
        (ScreenCost(13.0, 6), ScreenCost(9.0, 6), False),
    ],
)
def test_only_the_first_screen_is_held_to_the_empty_view(
    first: ScreenCost, other: ScreenCost, *, is_met: bool
) -> None:
    costs = {EMPTY: ScreenCost(4.0, 0), "/portal/": first, "/portal/me/": other}

    assert judged(costs, costs)[1] is is_met


def test_a_screen_that_slows_down_among_many_is_missed() -> None:
    few = {EMPTY: ScreenCost(4.0, 0), "/portal/": ScreenCost(8.0, 6)}
    many = {**few, "/portal/": ScreenCost(10.1, 6)}

    assert not judged(few, many)[1]
