"""The benchmark of moving in still runs, and finds its rows again."""

import pytest

from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_brings_every_file_in_once() -> None:
    printed = run_quickly("imports")

    for what in ("looked through", "brought in", "the same again"):
        assert printed.count(f"| {what} ") == 3
    assert "proved at" in printed
