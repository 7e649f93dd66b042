"""The benchmark of segments still runs, and both sides find the same members."""

import pytest

from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_finds_the_same_members_both_ways() -> None:
    printed = run_quickly("segments")

    assert printed.count(" members, ") >= 6
    assert "| dormant by their own rhythm " in printed
