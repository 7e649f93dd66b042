"""Every act at one's own card, under every policy: refused, approved, or listed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger.models import Entry
from members.models import StaffCardAct
from stores import services as stores_services
from stores.errors import BeneficiaryRefused, OwnCardNeedsApprover
from stores.models import Approval
from tests.factories.stores import NOON, PIN

from .corrections import CORRECTIONS
from .gifts import GIFTS
from .office import OFFICE, PAIRED
from .plastic import PLASTIC
from .purchases import PURCHASES
from .sales import SALES
from .world import KEY, OwnAct, World, everything, look_at_the_constraints, rules

pytestmark = pytest.mark.django_db
ALONE = {**SALES, **PURCHASES, **GIFTS, **CORRECTIONS, **PLASTIC, **OFFICE}


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("name", ALONE)
def test_it_is_refused_or_needs_an_approver_or_is_listed(
    name: str, world: World
) -> None:
    """One policy after the other: nothing moves by what two of them refuse."""
    own = ALONE[name]
    do = own.prepare(world)
    before = everything()

    rules("refuse", since=NOON - 2 * HOUR)
    with pytest.raises(BeneficiaryRefused):
        do(None)
    assert everything() == before

    rules("approver", since=NOON - HOUR)
    with pytest.raises(OwnCardNeedsApprover if own.asks else BeneficiaryRefused):
        do(None)
    assert everything() == before

    rules("allow")
    do(None)
    assert the_line(world, own).approver is None


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("leave", ["approver", "allow"])
def test_a_correction_with_a_second_person_is_refused_or_listed(
    name: str, leave: str, world: World
) -> None:
    own = PAIRED[name]
    do = own.prepare(world)
    before = everything()

    rules("refuse", since=NOON - HOUR)
    with pytest.raises(BeneficiaryRefused):
        do(None)
    assert everything() == before

    rules(leave)
    do(None)
    assert the_line(world, own).approver == world.approver
    approval = Approval.objects.get()
    assert (approval.beneficiary, approval.is_own_card) == (world.me, True)


def the_line(world: World, own: OwnAct) -> StaffCardAct:
    """The one line of the list, as it says whose card it is and who did it."""
    look_at_the_constraints()
    [row] = StaffCardAct.objects.exclude(by_staff=None).exclude(by_staff=world.approver)
    assert row.is_own
    assert row.staff == row.by_staff == world.me
    assert row.group == own.group
    assert row.store_id == (world.by.store_id if own.is_at_store else None)
    return row


SUBJECTS: dict[str, Callable[[World], str]] = {
    "bill": lambda _world: "bill:B-1",
    "top-up": lambda world: f"member:{world.member.pk}",
    "wallet closed": lambda world: f"member:{world.member.pk}",
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_with_an_approver_it_is_done_and_listed(name: str, world: World) -> None:
    rules("approver")
    own = ALONE[name]

    stores_services.alone_or_beside(
        own.prepare(world),
        maker=world.me,
        checker=world.approver,
        secret=PIN,
        store=world.store,
        reason="my lunch",
        at=NOON,
        subject=SUBJECTS[name](world),
    )

    assert the_line(world, own).approver == world.approver
    approval = Approval.objects.get()
    assert (approval.beneficiary, approval.is_own_card) == (world.me, True)
    assert approval.used_at == NOON
    assert Entry.objects.filter(key=KEY, approver=world.approver).exists()
