"""A number of a row that was merged: whose it was is asked before anything is shown."""

import re

import pytest

from members import services as members_services
from members.models import Member
from tests.counter.till import AtTill, guest_in
from tests.factories.bills import a_guest
from tests.factories.members import MemberFactory, by, two_people
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> AtTill:
    return AtTill.opened()


def merged_into(member: Member) -> Member:
    """Another row of the same person, with a phone of its own."""
    source = MemberFactory.create()
    members_services.merge(
        source_id=source.pk, target_id=member.pk, by=two_people(key="merge")
    )
    source.refresh_from_db()
    return source


def find(till: AtTill, text: str) -> str:
    answer = till.post("find/", {"q": text, "key": till.key()})
    return str(answer.content.decode())


@pytest.mark.parametrize("digits", [0, -4])
def test_it_is_said_before_a_balance_is_shown(till: AtTill, digits: int) -> None:
    member = a_guest(principal=345_00, store=till.store)
    former = merged_into(member).phone or ""

    page = find(till, former[digits:])

    assert f"Former number of {member.name}" in page
    assert "345.00" not in page
    assert re.search(r"<button[^>]*autofocus", page) is None
    choice = page.split('name="choice" value="')[1].split('"')[0]
    desk = till.post("choose/", {"key": till.key(), "choice": choice}).content.decode()
    assert "345.00" in desk
    assert guest_in(desk)


def test_the_number_of_today_opens_at_once(till: AtTill) -> None:
    member = a_guest(principal=345_00, store=till.store)
    merged_into(member)
    assert "345.00" in find(till, member.phone or "")


def test_enrolling_with_it_says_who_can_release_it(till: AtTill) -> None:
    former = merged_into(a_guest(store=till.store))
    told = {"name": "Somebody New", "phone": former.phone, "key": till.key("enrol")}

    refused = till.post("enrol/", told).content.decode()
    members_services.release_phone(
        member_id=former.pk, reason="given to another", by=by(), at=NOON
    )
    till.post("enrol/", told)

    assert "a former number of a member" in refused
    assert Member.objects.get(name="Somebody New").phone == former.phone
