"""Whoever approves gains nothing; what was approved serves for what was asked."""

from dataclasses import replace

import pytest

from members import services as members_services
from members.models import StaffMembership
from stored_value.holders import Holder
from stores import services as stores_services
from stores.errors import ApprovalNotUsable, BeneficiaryRefused, CheckerRefused
from stores.models import Approval
from tests.factories import stored_value as wallets
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, PIN, ShiftFactory, UserFactory

from .office import PAIRED
from .sales import SALES
from .world import World, everything, rules

pytestmark = pytest.mark.django_db


def test_an_approval_that_did_not_say_whose_card_it_is_serves_for_nothing(
    world: World,
) -> None:
    rules("approver")
    do = SALES["bill"].prepare(world)
    approval = stores_services.approve_beside(
        act="checkout.capture_sale",
        maker=world.me,
        checker=world.approver,
        secret=PIN,
        store=world.store,
        amount=100_00,
        reason="a bill",
        at=NOON,
        subject="bill:B-1",
    )
    before = everything()

    with pytest.raises(ApprovalNotUsable):
        do(approval)

    assert everything() == before
    approval.refresh_from_db()
    assert approval.used_at is None


def test_nobody_approves_what_is_done_at_their_own_card(world: World) -> None:
    """Another cashier's sale, refund or top-up of the approver's own card."""
    maker = UserFactory.create(is_superuser=True)
    shift = ShiftFactory.create()
    by = stores_services.act(staff=maker, shift=shift, at=NOON, approver=world.me)
    before = everything()

    with pytest.raises(BeneficiaryRefused):
        wallets.top_up(Holder.member(world.member.pk), by=by)

    assert everything() == before


def test_the_maker_never_approves_their_own_card(world: World) -> None:
    rules("approver")
    before = everything()
    with pytest.raises(CheckerRefused):
        stores_services.alone_or_beside(
            SALES["bill"].prepare(world),
            maker=world.me,
            checker=world.me,
            secret=PIN,
            store=world.store,
            reason="my lunch",
            at=NOON,
            subject="bill:B-1",
        )
    assert everything() == before


@pytest.mark.parametrize("name", PAIRED)
def test_nobody_stands_beside_a_correction_of_their_own(
    name: str, world: World
) -> None:
    """As the second person of somebody else: whatever the policy says."""
    rules("allow")
    mine = replace(world, me=world.approver, approver=world.me)
    do = PAIRED[name].prepare(mine)
    before = everything()

    with pytest.raises(BeneficiaryRefused):
        do(None)

    assert everything() == before
    assert not Approval.objects.exists()


def test_a_link_follows_a_merge(world: World) -> None:
    source, target = world.member, MemberFactory.create()
    head = UserFactory.create(is_superuser=True)
    by = replace(world.mending(), maker=head)

    members_services.merge(source_id=source.pk, target_id=target.pk, by=by)
    link = StaffMembership.objects.get(ended_at=None)
    assert (link.staff, link.member) == (world.me, target)

    assert StaffMembership.objects.count() == 2
