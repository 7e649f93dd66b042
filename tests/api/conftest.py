"""A till with a key of its own, and somebody to serve."""

import pytest

from members.models import Member
from tests.factories.api import Till, a_till
from tests.factories.members import MemberFactory


@pytest.fixture
def till(db: None) -> Till:
    return a_till()


@pytest.fixture
def member(db: None) -> Member:
    made = MemberFactory.create()
    made.refresh_from_db()
    return made
