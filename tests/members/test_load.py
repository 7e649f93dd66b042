"""Taking in many at once."""

import time

import pytest

from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from members.services import NewMember
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.members import MemberFactory, by
from tests.factories.stores import NOON
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


def test_they_come_in_the_order_given_and_are_found() -> None:
    ids = members_services.load_members(
        rows=[
            NewMember(
                name=" 陳玉蘭 ",
                phone="+8613812345678",
                joined_at=NOON,
                birthday=Birthday(month=8, day=15, calendar="lunar"),
                custom={"seat": "3"},
            ),
            NewMember(name="Anna Smith", joined_at=NOON),
        ],
        by=by(),
        at=NOON,
    )
    first, second = (Member.objects.get(pk=pk) for pk in ids)
    assert (first.name, first.birth_month, first.custom) == (
        "陳玉蘭",
        8,
        {"seat": "3"},
    )
    assert first.referral_code != second.referral_code
    assert members_selectors.find("cyl", NOON) == [first]
    assert members_selectors.find("smith", NOON) == [second]
    assert AuditEvent.objects.get(act="members.loaded").facts == {"members": 2}
    # Numbers drawn one by one go on after those drawn in a block.
    assert MemberFactory.create().pk > max(ids)


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (NewMember(name="x", phone="13812345678", joined_at=NOON), errors.PhoneNotRead),
        (NewMember(name="a\x00b", joined_at=NOON), errors.NameRefused),
        (
            NewMember(name="x", phone="+8613800000001", joined_at=NOON),
            errors.PhoneTaken,
        ),
    ],
)
def test_all_or_none(bad: NewMember, refusal: type[Exception]) -> None:
    MemberFactory.create(phone="+8613800000001")
    good = NewMember(name="good", joined_at=NOON)
    with pytest.raises(refusal):
        members_services.load_members(rows=[good, bad], by=by(), at=NOON)
    with pytest.raises(NotAllowed):
        members_services.load_members(rows=[good], by=by("auditor"), at=NOON)
    assert Member.objects.count() == 1


def test_ten_thousand_take_seconds() -> None:
    """A bound against a statement for each, not a measurement."""
    rows = [
        NewMember(
            name=f"陈{chr(0x4E00 + n % 3000)}", phone=f"+86139{n:08d}", joined_at=NOON
        )
        for n in range(10_000)
    ]
    began = time.perf_counter()
    ids = members_services.load_members(rows=rows, by=by(), at=NOON)
    assert len(set(ids)) == 10_000
    assert time.perf_counter() - began < PATIENCE
