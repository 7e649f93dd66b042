"""A former number is let go, by the office, with a reason that stays in the log."""

import pytest

from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.models import Member
from stores.errors import NotAllowed, ReasonMissing
from stores.models import AuditEvent
from tests.factories.members import MemberFactory, by, by_themselves, two_people
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
WHY = "the carrier gave it to another"


@pytest.fixture
def former() -> Member:
    """Merged into another, with a phone of its own."""
    source, target = MemberFactory.create(), MemberFactory.create()
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )
    source.refresh_from_db()
    return source


def test_a_number_that_is_released_finds_nobody_and_may_be_anothers(
    former: Member,
) -> None:
    phone = former.phone or ""
    [hit] = members_selectors.find_hits(phone, NOON)
    assert (hit.member.pk, hit.is_former) == (former.merged_into_id, True)
    with pytest.raises(errors.PhoneTaken, match="former number"):
        members_services.enrol(by=by(), at=NOON, phone=phone)

    members_services.release_phone(member_id=former.pk, reason=WHY, by=by(), at=NOON)

    assert members_selectors.find(phone, NOON) == []
    assert members_services.enrol(by=by(), at=NOON, phone=phone).phone == phone
    [hit] = members_selectors.find_hits(phone, NOON)
    assert not hit.is_former
    event = AuditEvent.objects.get(act="members.phone_released")
    assert event.facts["reason"] == WHY
    assert phone not in str(event.facts)


def test_without_a_reason_a_right_or_a_former_number_nothing_is_released(
    former: Member,
) -> None:
    def release(member: Member, reason: str = WHY, act: object = None) -> None:
        members_services.release_phone(
            member_id=member.pk,
            reason=reason,
            by=act or by(),  # type: ignore[arg-type]  # an act
            at=NOON,
        )

    active = MemberFactory.create()
    with pytest.raises(ReasonMissing):
        release(former, reason=" ")
    for act in (by("cashier"), by_themselves(former)):
        with pytest.raises(NotAllowed):
            release(former, act=act)
    with pytest.raises(errors.NoFormerPhone):
        release(active)
    phones = set(Member.objects.values_list("phone", flat=True))
    assert {former.phone, active.phone} <= phones
    release(former)
    with pytest.raises(errors.NoFormerPhone):
        release(former)
