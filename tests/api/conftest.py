"""A till with a key of its own, and somebody to serve."""

from collections.abc import Iterator

import pytest
import time_machine

from members.models import Member
from tests.factories.api import Till, a_till
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON


@pytest.fixture(autouse=True)
def _from_noon_on() -> Iterator[None]:
    """What factories make is of that day, and some of it ends; the clock goes on."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def till(db: None) -> Till:
    return a_till()


@pytest.fixture
def member(db: None) -> Member:
    made = MemberFactory.create()
    made.refresh_from_db()
    return made
