"""The benchmark of the counter's screens still runs."""

import pytest

from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_asks_for_every_screen() -> None:
    printed = run_quickly("screens")

    assert printed.count(" ≤ 60 ") == 1
    assert printed.count(" ≤ 100 ") == 9
    assert "a quick run judges nothing" in printed
