"""The benchmark of the look-up still runs, and reads no table."""

import pytest

from benchmarks.lookup import KINDS
from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_asks_in_every_way() -> None:
    printed = run_quickly("lookup")

    for kind in KINDS:
        assert printed.count(f"| {kind.name} ") == 2
    assert "a quick run judges nothing" in printed
