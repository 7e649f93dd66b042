"""Every page of the portal is opened at one moment."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.factories.stores import NOON


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield
