"""The benchmark of the best offer still runs."""

import pytest

from benchmarks.pricing import HELD
from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_quotes_for_every_kind_of_guest() -> None:
    printed = run_quickly("pricing")

    for held in HELD:
        assert printed.count(f"| {held} coupons") == 2
    assert "a quick run judges nothing" in printed
