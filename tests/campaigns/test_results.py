"""What a campaign did, against figures worked out by hand; and no winner by looking."""

import random
from datetime import timedelta

import pytest

from campaigns.lately import recent_campaigns
from campaigns.lift import ArmCounts, half_width, lift
from campaigns.models import Campaign, Grant, Journey
from campaigns.parts import CampaignsPart
from campaigns.results import months, results
from coupons.models import Coupon
from members.models import Member
from messaging.models import Message
from tests.factories.automations import (
    by_test,
    coupon,
    guests,
    journey_of,
    message,
    play,
    points,
    running,
    words,
)
from tests.factories.coupons import TemplateFactory
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON, StoreFactory


def came_in(campaign: Campaign, members: list[Member], arm: str) -> None:
    Journey.objects.bulk_create(
        Journey(
            campaign=campaign,
            version=1,
            member=member,
            period="once",
            arm=arm,
            entered_at=NOON,
            ended_at=NOON,
            outcome="held_out" if arm == "holdout" else "done",
        )
        for member in members
    )


@pytest.mark.django_db
def test_the_groups_are_those_of_the_hand_computed_example() -> None:
    campaign = running(points(5), kind="welcome")
    people = [MemberFactory.create(joined_at=NOON) for _nth in range(6)]
    came_in(campaign, people[:4], "a")
    came_in(campaign, people[4:], "holdout")
    store = StoreFactory.create()
    # Visits in days after the entry: of the first three, one none, and one too late.
    for member, days in zip(
        people, ((1, 2), (3,), (-1, 31), (), (5,), ()), strict=True
    ):
        for day in days:
            at = NOON + timedelta(days=day)
            VisitFactory.create(
                member=member, store=store, at=at, business_date=at.date(), amount=10_00
            )

    found = results(campaign, at=NOON + timedelta(days=60))

    assert found.treated == ArmCounts(people=4, total=3, squares=5)
    assert found.held_out == ArmCounts(people=2, total=1, squares=1)
    assert (found.spent, found.returned) == (30_00, 2)
    assert found.lift is not None
    assert found.lift.effect == 0.25  # 750 of a thousand against 500
    assert not found.lift.is_known
    assert found.sentence().startswith("Not known yet: about ")
    (month,) = months(campaign, at=NOON + timedelta(days=60))
    assert (month.people, month.visits, month.held_out) == (4, 3, 2)


@pytest.mark.django_db
def test_nobody_held_out_is_nothing_to_compare() -> None:
    guests(2)
    campaign = running(points(5))
    play(campaign)
    found = results(campaign, at=NOON)
    assert found.sentence() == "Nobody is held out to compare with"
    assert (found.gifts, found.cost) == (2, found.cost)


def test_the_interval_is_that_of_the_formula() -> None:
    # V = 0.0004, prior 0.1: sqrt(0.0004 * 0.0104 / 0.01 * (ln 26 + 2 ln 20))
    assert half_width(0.0004) == pytest.approx(0.06203, abs=1e-5)
    known = lift(ArmCounts(10_000, 8_000, 12_000), ArmCounts(2_000, 1_000, 1_500))
    assert known is not None
    assert known.is_known
    assert known.low > 0
    assert known.more is None


def test_looking_thirty_times_at_nothing_finds_nothing() -> None:
    """An A/A test: nobody got anything, and every day somebody looks."""
    dice = random.Random(15)
    campaigns, looks, alarms = 2_000, 30, 0
    for _campaign in range(campaigns):
        # A day: 180 people and 20 held out, of whom each comes or does not (0.3).
        treated = held = came = came_held = 0
        for _look in range(looks):
            treated, held = treated + 180, held + 20
            came += _binomial(dice, 180)
            came_held += _binomial(dice, 20)
            found = lift(
                ArmCounts(treated, came, came), ArmCounts(held, came_held, came_held)
            )
            if found is not None and found.is_known:
                alarms += 1
                break
    assert alarms <= campaigns * 0.05


def _binomial(dice: random.Random, people: int) -> int:
    """How many of them came, each with a chance of 0.3, as the normal has it."""
    drawn = round(dice.gauss(people * 0.3, (people * 0.21) ** 0.5))
    return min(max(drawn, 0), people)


@pytest.mark.django_db
def test_the_counter_knows_what_was_sent_and_what_may_be_used() -> None:
    (guest,) = guests(1)
    campaign = running(
        coupon(TemplateFactory.drawn(name_en="Cake")), message(words("email"), "email")
    )
    play(campaign)
    (line,) = recent_campaigns(guest.pk, at=NOON)
    assert (line.name, line.coupon, line.sent_at) == (campaign.name, "Cake", None)

    Message.objects.update(state="sending", lease_until=NOON)
    Message.objects.update(
        state="accepted", accepted_at=NOON, due_at=None, lease_until=None
    )
    (line,) = recent_campaigns(guest.pk, at=NOON)
    assert (line.sent_at, line.coupon) == (NOON, "Cake")
    Coupon.objects.update(status="void")
    assert recent_campaigns(guest.pk, at=NOON)[0].coupon == ""
    assert recent_campaigns(guest.pk, at=NOON + timedelta(days=31)) == []


@pytest.mark.django_db
def test_a_merge_gives_nobody_a_second_gift() -> None:
    source, target = guests(2)
    mine = journey_of(source)
    campaign = running(points(5))
    play(campaign)

    CampaignsPart().move(
        source_id=source.pk, target_id=target.pk, by=by_test(), at=NOON, key="merge"
    )
    play(campaign)

    mine.refresh_from_db()
    assert mine.member_id == target.pk
    assert Grant.objects.get(journey=mine).member_id == target.pk
    # Both had been in the other campaign: each row stays, and none is added.
    assert Journey.objects.filter(campaign=campaign).count() == 2
    assert Grant.objects.filter(campaign=campaign).count() == 2
