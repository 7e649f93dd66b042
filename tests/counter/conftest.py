"""Somebody at a till, at noon."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.counter.till import AtTill
from tests.factories.stores import NOON


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def till(db: None) -> AtTill:
    """A cashier in an open shift."""
    return AtTill.opened()
