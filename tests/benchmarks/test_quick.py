"""The benchmark still runs; how fast is for a quiet machine to say."""

import pytest

from benchmarks import run
from benchmarks.judge import Ratio, table
from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_measures_every_side_and_proves_its_books() -> None:
    printed = run_quickly("run")

    for side in (run.STATEMENTS, run.SAME_TABLES, run.FUNCTION, run.DOOR):
        for clients in run.CLIENTS:
            assert f"| {side}, {clients} " in printed
    assert printed.count("proved ") == 3
    assert "expired 500 lots" in printed
    assert "sealed " in printed
    assert "beside the expiry of 500 lots" in printed
    assert "issued 500 coupons" in printed
    assert "reviewed 500 tiers" in printed
    assert "a quick run judges nothing" in printed


@pytest.mark.parametrize(
    ("rounds", "is_met"),
    [
        ([0.9, 0.9, 0.9, 0.9, 0.9], True),
        ([0.7, 0.79, 0.79, 0.79, 0.9], False),
        ([0.7, 0.74, 0.78, 0.82, 0.9], True),
    ],
)
def test_an_aim_is_missed_only_by_more_than_the_noise(
    rounds: list[float], *, is_met: bool
) -> None:
    ratio = Ratio("some", rounds, [1.0] * len(rounds), 0.8)

    assert ratio.is_met is is_met


def test_what_must_stay_below_its_aim_is_judged_the_other_way_round() -> None:
    assert Ratio("some", [1.1], [1.0], 1.2, at_most=True).is_met
    assert not Ratio("some", [1.3], [1.0], 1.2, at_most=True).is_met


def test_a_single_round_far_off_does_not_move_the_verdict() -> None:
    ratio = Ratio("some", [4.1, 4.2, 0.1, 4.0, 4.3], [1.0] * 5, 4.0)

    assert ratio.median == 4.1
    assert ratio.is_met
    assert ratio.row()[-1] == "met"


def test_the_table_is_markdown() -> None:
    assert table(["a", "bb"], [["1", "2"]]).splitlines() == [
        "| a | bb |",
        "| - | -- |",
        "| 1 | 2  |",
    ]
