"""Who of the staff is which member: one each way, linked and ended by others."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from ledger.services import Act
from members import services as members_services
from members.errors import MemberUnknown, StaffCardTaken
from members.models import StaffMembership
from stores import services as stores_services
from stores.errors import NotAllowed, NotOnOneself
from stores.models import AuditEvent, User
from tests.factories.members import MemberFactory, own_card
from tests.factories.stores import NOON, UserFactory

pytestmark = pytest.mark.django_db


def act(user: User) -> Act:
    return stores_services.act(staff=user, at=NOON)


def linked(by: User, staff: User, member_id: int) -> StaffMembership:
    return members_services.link_staff(
        staff_id=staff.pk, member_id=member_id, by=act(by), at=NOON
    )


def test_a_link_names_both_and_is_logged() -> None:
    head, staff = UserFactory.holding("head-office"), UserFactory.create()
    member = MemberFactory.create()

    link = linked(head, staff, member.pk)

    assert (link.staff, link.member_id, link.linked_by) == (staff, member.pk, head)
    event = AuditEvent.objects.get(act="members.staff_linked")
    assert event.facts == {"staff": staff.pk, "member": member.pk}


def test_one_person_is_one_member_and_the_other_way_round() -> None:
    head, staff = UserFactory.holding("head-office"), UserFactory.create()
    member = MemberFactory.create()
    own_card(staff, member)

    for who, card in (
        (staff, MemberFactory.create()),
        (UserFactory.create(), member),
    ):
        with pytest.raises(StaffCardTaken):
            linked(head, who, card.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            own_card(who, card)
    assert StaffMembership.objects.count() == 1


def test_who_may_not_links_nobody() -> None:
    staff, member = UserFactory.create(), MemberFactory.create()
    for role in ("cashier", "auditor", "marketing"):
        with pytest.raises(NotAllowed):
            linked(UserFactory.holding(role), staff, member.pk)
    with pytest.raises(MemberUnknown):
        linked(UserFactory.holding("head-office"), staff, 0)
    assert not StaffMembership.objects.exists()


def test_a_link_is_ended_by_another_and_stays_as_history() -> None:
    head, staff = UserFactory.holding("head-office"), UserFactory.create()
    link, own = (
        own_card(staff, MemberFactory.create()),
        own_card(head, MemberFactory.create()),
    )
    later = NOON + timedelta(hours=1)

    with pytest.raises(NotOnOneself):
        members_services.unlink_staff(link_id=own.pk, by=act(head), at=later)
    for _twice in range(2):
        members_services.unlink_staff(link_id=link.pk, by=act(head), at=later)

    link.refresh_from_db()
    assert (link.ended_at, link.ended_by) == (later, head)
    linked(head, staff, MemberFactory.create().pk)
    assert AuditEvent.objects.filter(act="members.staff_unlinked").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"staff_id": None},
        {"member_id": None},
        {"since": NOON},
    ],
)
def test_what_a_link_said_is_never_rewritten(change: dict[str, object]) -> None:
    link = own_card(UserFactory.create(), MemberFactory.create())
    fresh = {
        "staff_id": UserFactory.create().pk,
        "member_id": MemberFactory.create().pk,
    }
    values = {name: fresh.get(name, value) for name, value in change.items()}

    with pytest.raises(DatabaseError), transaction.atomic():
        StaffMembership.objects.filter(pk=link.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        link.delete()
    assert StaffMembership.objects.get() == link
