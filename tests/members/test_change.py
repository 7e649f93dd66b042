"""Changing what is known, and who may change what."""

from datetime import date, timedelta
from typing import Any

import pytest

from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import CustomField, Member, MemberTag
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.members import (
    CustomFieldFactory,
    MemberFactory,
    TagFactory,
    by,
    by_themselves,
)
from tests.factories.stores import NOON, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    member = MemberFactory.create(name="陈玉兰")

    members_services.change(
        member_id=member.pk, name="王小明", by=by("cashier"), at=NOON
    )

    assert members_selectors.find("wxm", NOON) == [member]
    assert members_selectors.find("cyl", NOON) == []
    event = AuditEvent.objects.get(act="members.changed")
    assert event.facts == {"fields": ["name"]}
    assert member.history.count() == 2


def test_what_stays_the_same_is_no_change() -> None:
    member = MemberFactory.create(name="陈玉兰")
    members_services.change(member_id=member.pk, name=" 陈玉兰 ", by=by(), at=NOON)
    assert not AuditEvent.objects.filter(act="members.changed").exists()


@pytest.mark.parametrize(
    ("role", "given", "allowed"),
    [
        ("cashier", {"name": "x"}, True),
        ("cashier", {"phone": "13900000001"}, False),
        ("shift-lead", {"phone": "13900000001"}, True),
        ("marketing", {"name": "x"}, False),
        ("auditor", {"name": "x"}, False),
        ("cashier", {"status": "erased"}, False),
        ("head-office", {"referral_code": "0123456789"}, False),
        ("head-office", {"search_name": "x"}, False),
    ],
)
def test_who_may_change_what(role: str, given: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001
    member = MemberFactory.create(name="before", phone="+8613900000002")
    if allowed:
        members_services.change(member_id=member.pk, by=by(role), at=NOON, **given)
        member.refresh_from_db()
        assert (member.name, member.phone) != ("before", "+8613900000002")
        return
    with pytest.raises(NotAllowed):
        members_services.change(member_id=member.pk, by=by(role), at=NOON, **given)
    member.refresh_from_db()
    assert (member.name, member.phone) == ("before", "+8613900000002")
    assert member.history.count() == 1


def test_members_change_themselves_and_nobody_else() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    members_services.change(
        member_id=member.pk, name="me", by=by_themselves(member), at=NOON
    )
    forbidden: list[dict[str, Any]] = [{"phone": "13900000001"}, {"custom": {}}]
    for given in forbidden:
        with pytest.raises(NotAllowed):
            members_services.change(
                member_id=member.pk, by=by_themselves(member), at=NOON, **given
            )
    with pytest.raises(NotAllowed):
        members_services.change(
            member_id=other.pk, name="you", by=by_themselves(member), at=NOON
        )
    member.refresh_from_db()
    assert member.name == "me"


def test_a_taken_phone_stays_with_its_owner() -> None:
    owner, member = MemberFactory.create(), MemberFactory.create()
    before = member.phone
    with pytest.raises(errors.PhoneTaken):
        members_services.change(
            member_id=member.pk, phone=owner.phone, by=by(), at=NOON
        )
    member.refresh_from_db()
    assert member.phone == before


def test_nobody_becomes_nobody() -> None:
    member = MemberFactory.create(phone=None)
    with pytest.raises(errors.NobodyNamed):
        members_services.change(member_id=member.pk, name=" ", by=by(), at=NOON)
    with pytest.raises(errors.MemberUnknown):
        members_services.change(member_id=0, name="x", by=by(), at=NOON)


def test_answers_are_added_and_taken_away() -> None:
    for code in ("seat", "size", "old"):
        CustomFieldFactory.create(code=code)
    member = MemberFactory.create(custom={"seat": "3", "old": "kept"})
    CustomField.objects.filter(code="old").update(is_active=False)

    members_services.change(
        member_id=member.pk, custom={"seat": "", "size": "L"}, by=by(), at=NOON
    )

    member.refresh_from_db()
    assert member.custom == {"size": "L", "old": "kept"}


MAY = Birthday(month=5, day=1)
JUNE = Birthday(month=6, day=1, calendar="lunar", leap=True)


def told(member: Member) -> Birthday | None:
    member.refresh_from_db()
    return members_services.birthday_of(member)


def test_a_birthday_is_told_once_by_the_member() -> None:
    member = MemberFactory.create()
    me = by_themselves(member)
    members_services.set_birthday(member_id=member.pk, birthday=JUNE, by=me, at=NOON)
    members_services.set_birthday(member_id=member.pk, birthday=JUNE, by=me, at=NOON)
    with pytest.raises(errors.BirthdayIsSet):
        members_services.set_birthday(member_id=member.pk, birthday=MAY, by=me, at=NOON)
    with pytest.raises(errors.BirthdayIsSet):
        members_services.set_birthday(
            member_id=member.pk, birthday=MAY, by=by("cashier"), at=NOON
        )
    assert told(member) == JUNE
    assert AuditEvent.objects.filter(act="members.birthday_set").count() == 1


def test_a_manager_mends_a_birthday_when_it_is_far() -> None:
    member = MemberFactory.born(MAY)
    members_services.set_birthday(
        member_id=member.pk, birthday=JUNE, by=by("store-manager"), at=NOON
    )
    assert told(member) == JUNE


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_birthday_that_is_near_is_not_moved(days: int) -> None:
    """Neither away from it nor towards it: the day of the act is what counts."""
    soon = date(2026, 11, 20) + timedelta(days=days)
    near = Birthday(month=soon.month, day=soon.day)
    for before, after in ((near, MAY), (MAY, near)):
        member = MemberFactory.born(before)
        with pytest.raises(errors.BirthdayTooNear):
            members_services.set_birthday(
                member_id=member.pk, birthday=after, by=by("store-manager"), at=NOON
            )
        assert told(member) == before


def test_thirty_one_days_are_far_enough() -> None:
    soon = date(2026, 11, 20) + timedelta(days=31)
    member = MemberFactory.born(Birthday(month=soon.month, day=soon.day))
    members_services.set_birthday(
        member_id=member.pk, birthday=MAY, by=by("store-manager"), at=NOON
    )
    assert told(member) == MAY


def test_whose_birthday_is_kept_today() -> None:
    # 20 November 2026 is the twelfth day of the tenth lunar month.
    solar = MemberFactory.born(Birthday(month=11, day=20))
    lunar = MemberFactory.born(Birthday(month=10, day=12, calendar="lunar"))
    leap = MemberFactory.born(Birthday(month=10, day=12, calendar="lunar", leap=True))
    MemberFactory.born(Birthday(month=10, day=12))
    MemberFactory.create()
    kept = members_selectors.with_birthday(on=date(2026, 11, 20))
    assert set(kept) == {solar, lunar, leap}


def test_tags_are_put_on_and_taken_off_once() -> None:
    member, tag = MemberFactory.create(), TagFactory.create()
    for _time in range(2):
        members_services.tag(
            member_id=member.pk, tag_ids=[tag.pk], by=by("cashier"), at=NOON
        )
    assert MemberTag.objects.filter(member=member).count() == 1
    for _time in range(2):
        members_services.untag(
            member_id=member.pk, tag_ids=[tag.pk], by=by("cashier"), at=NOON
        )
    assert not MemberTag.objects.exists()
    assert AuditEvent.objects.filter(act__endswith="tagged").count() == 2
    for refusal, doing, ids in (
        (NotAllowed, by("auditor"), [tag.pk]),
        (errors.ValueRefused, by(), [tag.pk, 0]),
    ):
        with pytest.raises(refusal):
            members_services.tag(member_id=member.pk, tag_ids=ids, by=doing, at=NOON)
    assert not MemberTag.objects.exists()


def test_a_keeper_is_assigned_and_let_go() -> None:
    member, keeper = MemberFactory.create(), UserFactory.create()
    members_services.assign_keeper(
        member_id=member.pk, keeper_id=keeper.pk, by=by("store-manager"), at=NOON
    )
    assert list(members_selectors.of_keeper(keeper.pk)) == [member]
    with pytest.raises(NotAllowed):
        members_services.assign_keeper(
            member_id=member.pk, keeper_id=None, by=by("cashier"), at=NOON
        )
    with pytest.raises(errors.ValueRefused):
        members_services.assign_keeper(
            member_id=member.pk, keeper_id=10**9, by=by("store-manager"), at=NOON
        )
    members_services.assign_keeper(
        member_id=member.pk, keeper_id=None, by=by("store-manager"), at=NOON
    )
    assert list(members_selectors.of_keeper(keeper.pk)) == []


def test_who_brought_somebody_is_noted_once() -> None:
    member, friend = MemberFactory.create(), MemberFactory.create()
    note = members_services.note_referrer
    with pytest.raises(errors.ReferralUnknown):
        note(member_id=member.pk, referral_code=" ", by=by(), at=NOON)
    with pytest.raises(errors.NotYourself):
        note(
            member_id=member.pk,
            referral_code=member.referral_code,
            by=by_themselves(member),
            at=NOON,
        )
    note(member_id=member.pk, referral_code=friend.referral_code, by=by(), at=NOON)
    with pytest.raises(errors.ValueRefused):
        note(member_id=member.pk, referral_code=friend.referral_code, by=by(), at=NOON)
    member.refresh_from_db()
    assert member.referrer == friend


def test_a_field_keeps_its_code_and_its_kind() -> None:
    field = CustomFieldFactory.create(kind="text")
    field.kind, field.name = "number", "Shoe size"
    with pytest.raises(errors.ValueRefused):
        members_services.save_custom_field(field=field, by=by(), at=NOON)
    field.refresh_from_db()
    assert field.kind == "text"
