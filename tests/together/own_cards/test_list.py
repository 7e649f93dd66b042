"""The list of acts at colleagues' cards, and what the database itself refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.models import Account
from ledger.services import Act
from members.models import StaffCardAct
from stored_value.holders import Holder
from stores import services as stores_services
from tests.factories import stored_value as wallets
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, ShiftFactory, UserFactory

from .purchases import PURCHASES
from .world import World, everything, look_at_the_constraints, rules

pytestmark = pytest.mark.django_db


def test_what_others_do_at_a_colleagues_card_is_listed_and_not_refused(
    world: World,
) -> None:
    rules("refuse")
    other = UserFactory.create(is_superuser=True)
    by = stores_services.act(staff=other, shift=ShiftFactory.create(), at=NOON)

    wallets.top_up(Holder.member(world.member.pk), by=by)
    wallets.top_up(Holder.member(world.member.pk), by=world.till)

    look_at_the_constraints()
    rows = StaffCardAct.objects.order_by("pk")
    assert [(row.by_staff, row.actor, row.is_own) for row in rows] == [
        (other, f"staff:{other.pk}", False),
        (None, "key:1", False),
    ]


def test_a_guest_who_is_nobody_of_the_staff_is_in_no_list(world: World) -> None:
    wallets.top_up(Holder.member(MemberFactory.create().pk), by=world.by)
    look_at_the_constraints()
    assert not StaffCardAct.objects.exists()


def write_entry(world: World, by: Act) -> None:
    """An entry at one's own points, written past every command."""
    points = world.points
    house = Account.objects.filter(kind="granted", unit=points.unit).first()
    assert house is not None
    with transaction.atomic():
        ledger_services.post_entry(
            kind=EntryKind.GRANT,
            key="raw",
            at=NOON,
            act=by,
            lines=[
                ledger_services.Line(debit_id=house.pk, credit_id=points.pk, amount=5)
            ],
        )
        look_at_the_constraints()


def test_the_books_themselves_refuse_an_entry_that_no_list_names(world: World) -> None:
    before = everything()
    with pytest.raises(DatabaseError, match="own card is listed"):
        write_entry(world, world.by)
    assert everything() == before


def test_the_books_themselves_refuse_an_approver_who_gains(world: World) -> None:
    other = UserFactory.create(is_superuser=True)
    by = stores_services.act(
        staff=other, shift=ShiftFactory.create(), approver=world.me, at=NOON
    )
    before = everything()
    with pytest.raises(DatabaseError, match="gains nothing"):
        write_entry(world, by)
    assert everything() == before


@pytest.mark.parametrize("leave", ["refuse", "approver"])
def test_the_list_itself_refuses_what_the_policy_does(leave: str, world: World) -> None:
    rules(leave)
    with pytest.raises(DatabaseError, match="at their own card"), transaction.atomic():
        StaffCardAct.objects.create(
            at=NOON,
            staff=world.me,
            by_staff=world.me,
            member=world.member,
            act="checkout.capture_sale",
            group="sale",
            amount=1,
            actor=world.by.actor,
        )


def test_the_list_is_never_changed(world: World) -> None:
    rules("allow")
    PURCHASES["top-up"].prepare(world)(None)
    for attack in (
        "UPDATE members_staffcardact SET amount = 1",
        "DELETE FROM members_staffcardact",
        "TRUNCATE members_staffcardact",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(attack)
    assert StaffCardAct.objects.count() == 1
