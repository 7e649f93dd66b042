"""Everything that members' commands do, under the role that the application wears."""

import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from members.services import NewMember
from tests.factories.ledger import an_act
from tests.factories.members import TagFactory, give
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_applications_role_is_enough_and_no_more() -> None:
    tag, doing = TagFactory.create(), an_act()
    role = f"regulars_test_{uuid.uuid4().hex[:8]}"
    call_command("restrict_role", role)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"SET LOCAL ROLE {role}")

    member = members_services.enrol(
        name="陈玉兰",
        phone="13812345678",
        birthday=Birthday(month=2, day=29),
        by=doing,
        at=NOON,
    )
    (other_id,) = members_services.load_members(
        rows=[NewMember(name="陈小兰", joined_at=NOON)], by=doing, at=NOON
    )
    both = {"member_id": member.pk, "by": doing, "at": NOON}
    members_services.tag(tag_ids=[tag.pk], **both)  # type: ignore[arg-type]  # the same two
    members_services.give_consent(purpose="marketing", channels=["sms"], **both)  # type: ignore[arg-type]  # the same two
    give(member, 10_00)
    members_services.keep_active(member_id=member.pk)
    members_services.merge_step(
        source_id=member.pk,
        target_id=other_id,
        reason="one person",
        by=doing,
        at=NOON,
        key="m",
    )
    other = Member.objects.get(pk=other_id)
    assert members_selectors.may_contact(other, "marketing", "sms")
    assert members_selectors.find("13812345678", NOON) == [other]
    export = members_services.export_member(member_id=other_id, by=doing, at=NOON)
    assert len(export.as_dict()["identity"]) == 2

    for forbidden in (
        "UPDATE members_consent SET granted = true",
        "DELETE FROM members_merge",
        "ALTER TABLE members_member DISABLE TRIGGER ALL",
        "UPDATE ledger_account SET balance = 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(forbidden)
    execute("RESET ROLE")
