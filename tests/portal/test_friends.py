"""Who came by a member's link: first letters, when, and the reward or why not yet."""

import re
from datetime import datetime, timedelta

import pytest

from ledger.models import Entry
from members.models import Member
from points import services as points_services
from points.models import TaskDone
from points.referrals import first_letters
from tests.factories.accounts import client_of
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.points import TaskFactory, points_of
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON
from tests.portal.reading import text

pytestmark = pytest.mark.django_db


def give() -> int:
    """What the worker does now and then."""
    return points_services.complete_tasks_of_visits(
        by=an_act(actor="system:points"), at=NOON
    )


def visit(member: Member, noted_at: datetime = NOON) -> None:
    VisitFactory.create(member=member, noted_at=noted_at)


def test_a_friend_joins_comes_and_brings_the_reward_once() -> None:
    TaskFactory.create(kind="referral", period="each", points=120)
    member = MemberFactory.create()
    friend = MemberFactory.create(name="Yu Lan", referrer=member)
    client = client_of(member)
    told = text(client, "friends/")
    assert f"/portal/join/?from={member.referral_code}" in told
    assert "Y. L." in told
    assert "Yu Lan" not in told
    assert "The reward comes with the first visit." in told

    visit(friend)
    assert "The reward is on its way" in text(client, "friends/")
    assert [give(), give()] == [1, 0]
    assert points_of(member) == 120
    told = text(client, "friends/")
    assert "first visit on" in told
    assert re.search(r"120 points</b>", told)
    assert "The reward" not in told


def test_without_such_a_task_it_says_so_and_nothing_is_given() -> None:
    member = MemberFactory.create()
    visit(MemberFactory.create(name="郭淑珍", referrer=member))
    assert give() == 0
    told = text(client_of(member), "friends/")
    assert "There is no reward for this at present." in told
    assert "郭…" in told
    assert "淑珍" not in told
    assert not Entry.objects.exists()


def test_a_first_visit_is_rewarded_to_newcomers_and_to_no_regular() -> None:
    TaskFactory.create(kind="first", points=30)
    newcomer, regular = MemberFactory.create(), MemberFactory.create()
    visit(newcomer)
    visit(regular, NOON - timedelta(days=40))
    visit(regular)
    assert [give(), give()] == [1, 0]
    assert TaskDone.objects.get().member_id == newcomer.pk


def test_only_ones_own_friends_are_told() -> None:
    MemberFactory.create(name="Bo Chen", referrer=MemberFactory.create())
    told = text(client_of(MemberFactory.create()), "friends/")
    assert "B. C." not in told
    assert "Nobody yet." in told


@pytest.mark.parametrize(
    ("name", "letters"),
    [("", "…"), ("  ", "…"), ("Li", "L…"), ("a b c d", "a. b. c."), ("陈女士", "陈…")],
)
def test_first_letters_alone(name: str, letters: str) -> None:
    assert first_letters(name) == letters
