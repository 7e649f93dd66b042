"""What else the same people get, counted before the start."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Journey
from campaigns.overlaps import overlaps
from campaigns.previews import preview
from campaigns.reach import reach, steps_of
from members.models import Member
from tests.factories.automations import a_campaign, guests, play, points, running
from tests.factories.campaigns import a_segment, all_of
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
WOMEN = all_of({"kind": "gender", "genders": ["female"]})


def shared(campaign: Campaign) -> dict[str, int]:
    seen = preview(campaign, steps=steps_of(campaign), at=NOON)
    return {one.campaign.name: one.shared for one in seen.overlaps}


def test_people_of_another_one_are_counted_once_and_only_those_it_reaches() -> None:
    women = guests(3, gender="female")
    men = guests(2, gender="male")
    birthdays = NOON.date() + timedelta(days=10)
    Member.objects.filter(pk__in=[women[0].pk, men[0].pk]).update(
        birth_calendar="solar", birth_month=birthdays.month, birth_day=birthdays.day,
        birthday_set_at=NOON - timedelta(days=200),
    )  # fmt: skip
    welcome = running(points(5), kind="welcome", name="Welcome")
    running(points(5), kind="birthday", name="Birthday")
    running(points(5), name="News", starts_at=NOON + timedelta(days=3))
    running(points(5), kind="cured", name="Sorry")
    for person, days, arm in (
        (women[0], 1, "a"), (women[1], 29, "b"), (women[2], 31, "a"), (men[1], 1, "a"),
    ):  # fmt: skip
        came_in(welcome, person, days=days, arm=arm)
    campaign = a_campaign(points(5), segment=a_segment(WOMEN), name="For women")

    assert shared(campaign) == {
        "Welcome": 2,  # of late; the third was in it longer ago
        "Birthday": 1,  # in ten days
        "News": 3,  # in three days
        "Sorry": 0,
    }


def came_in(campaign: Campaign, member: Member, *, days: int, arm: str) -> None:
    Journey.objects.create(
        campaign=campaign, version=1, member=member, period="once", arm=arm,
        entered_at=NOON - timedelta(days=days), ended_at=NOON,
        outcome="held_out" if arm == "holdout" else "done",
    )  # fmt: skip


def test_who_is_held_out_or_still_on_the_way() -> None:
    first, second = guests(2)
    other = running(points(5), kind="welcome", name="Welcome")
    came_in(other, first, days=1, arm="holdout")
    Journey.objects.create(
        campaign=other, version=1, member=second, period="once", arm="a",
        entered_at=NOON - timedelta(days=90), due_at=NOON, next_position=1,
    )  # fmt: skip
    assert shared(a_campaign(points(5))) == {"Welcome": 1}


def test_all_of_them_are_counted_by_one_statement() -> None:
    guests(2)
    for kind in ("welcome", "birthday", "anniversary", "one_off"):
        running(points(5), kind=kind)
    campaign = a_campaign(points(5))
    found = reach(campaign, steps=steps_of(campaign), days=[NOON.date()], at=NOON)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        overlaps(campaign, found, at=NOON)
    counts = [one["sql"] for one in asked if "count(DISTINCT" in one["sql"]]
    assert len(counts) == 1


def test_another_stores_campaign_is_no_overlap() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    guests(1, home_store=here)
    play(running(points(5), kind="welcome", name="There", store=there))
    running(points(5), kind="welcome", name="Everywhere")
    assert shared(a_campaign(points(5), store=here)) == {"Everywhere": 0}
