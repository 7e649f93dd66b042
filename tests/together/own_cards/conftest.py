"""The world of these tests."""

import pytest

from stores import services as stores_services
from tests.factories.members import own_card
from tests.factories.points import holding
from tests.factories.stores import NOON, ShiftFactory, UserFactory

from .world import World


@pytest.fixture
def world() -> World:
    shift = ShiftFactory.create()
    me = UserFactory.create(is_superuser=True)
    member = holding(1_000)
    own_card(me, member)
    return World(
        by=stores_services.act(staff=me, shift=shift, at=NOON),
        me=me,
        member=member,
        approver=UserFactory.create(is_superuser=True),
    )
