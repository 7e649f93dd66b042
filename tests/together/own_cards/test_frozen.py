"""Who froze their spending pays, gives away and cashes nothing, by whatever command."""

import pytest

from ledger.services import Act
from members import services as members_services
from members.errors import SpendingFrozen
from members.services import freeze
from tests.factories.ledger import an_act
from tests.factories.stores import NOON

from .test_policy import ALONE
from .world import World, everything, rules

pytestmark = pytest.mark.django_db

STOPPED = {
    "wallet spent",
    "hold",
    "points spent",
    "reward",
    "visit",
    "gift card spent",
    "top-up refunded",
    "wallet closed",
}


def as_member(world: World) -> Act:
    return an_act(actor=f"member:{world.member.pk}")


def frozen(world: World) -> None:
    members_services.freeze_spending(
        member_id=world.member.pk, by=as_member(world), at=NOON
    )


@pytest.mark.parametrize("name", ALONE)
def test_what_is_frozen_leaves_by_no_command(name: str, world: World) -> None:
    """What spends is refused, and moves nothing; all else goes on as before."""
    do = ALONE[name].prepare(world)
    rules("allow")
    frozen(world)
    before = everything()
    if name not in STOPPED:
        do(None)
        return
    with pytest.raises(SpendingFrozen):
        do(None)
    assert everything() == before

    members_services.unfreeze_step(
        member_id=world.member.pk, by=as_member(world), at=NOON
    )
    do(None)
    assert everything() != before


@pytest.mark.parametrize("name", sorted(STOPPED))
def test_without_the_question_it_would_have_left(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard off: nothing else of the command looks at a freeze."""
    do = ALONE[name].prepare(world)
    rules("allow")
    frozen(world)
    before = everything()
    monkeypatch.setattr(freeze, "IS_FROZEN", "SELECT false, %s::bigint[]")
    do(None)
    assert everything() != before
