"""The benchmark of the office still opens every page."""

import pytest

from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_lets_the_shop_grow_and_opens_every_page() -> None:
    printed = run_quickly("office")

    assert "grew to 400 members" in printed
    assert "pages opened" in printed
    assert "a quick run judges nothing" in printed
