"""Of many words that a page is tried with, those that each run of the tests tries."""

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_long(values: Iterable[Any], *quick: Any) -> list[Any]:
    """The values of a parameter: all in the long tests, these alone in every run."""
    every = list(values)
    assert all(value in every for value in quick)
    return [
        value if value in quick else pytest.param(value, marks=pytest.mark.long)
        for value in every
    ]
