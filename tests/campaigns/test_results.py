"""What a campaign did, against figures worked out by hand; and no winner by looking."""

import random
from datetime import timedelta

import pytest

from campaigns import services as campaigns_services
from campaigns.lately import recent_campaigns
from campaigns.lift import ArmCounts, half_width, lift
from campaigns.models import Campaign, Grant, Journey
from campaigns.outcomes import months
from campaigns.parts import CampaignsPart
from campaigns.progress import progress
from campaigns.reach import steps_of
from campaigns.results import results
from coupons.models import Coupon, CouponUse
from members.models import Member
from messaging.models import Message
from policies.models import ShopPolicy
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
from tests.factories.coupons import TemplateFactory, issued
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

    assert found.treated.visits == ArmCounts(people=4, total=3, squares=5)
    assert found.held_out.visits == ArmCounts(people=2, total=1, squares=1)
    assert (found.treated.spent, found.treated.returned) == (30_00, 2)
    # Six tenths of 20, 10, nothing and nothing; nothing was given.
    assert found.treated.margin == ArmCounts(4, 18_00, 12_00**2 + 6_00**2)
    assert found.lift is not None
    assert found.lift.effect == 0.25  # 750 of a thousand against 500
    assert not found.lift.is_known
    assert found.sentence().startswith("Not known yet: about ")
    (month,) = months(campaign, at=NOON + timedelta(days=60))
    assert (month.treated, month.held_out) == (ArmCounts(4, 3, 5), ArmCounts(2, 1, 1))


@pytest.mark.django_db
def test_the_margin_is_of_the_full_price_less_what_was_given() -> None:
    campaign = running(coupon(TemplateFactory.drawn(amount=5_00)), points(10))
    member, other = (MemberFactory.create(joined_at=NOON) for _nth in range(2))
    came_in(campaign, [member], "a")
    came_in(campaign, [other], "holdout")
    journey = Journey.objects.get(member=member)
    gift, more = steps_of(campaign)
    held = issued(gift.coupon_template, member)
    given = {"campaign": campaign, "journey": journey, "member": member, "at": NOON}
    Grant.objects.create(**given, step=gift, period="once", coupon=held, cost=5_00)
    Grant.objects.create(**given, step=more, period="once", points=10, cost=10)
    store = StoreFactory.create()
    later = NOON + timedelta(days=3)
    for guest, amount in ((member, 95_00), (other, 20_00)):
        VisitFactory.create(
            member=guest, store=store, at=later, business_date=later.date(),
            amount=amount,
        )  # fmt: skip
    use = CouponUse.objects.create(
        coupon=held, act="redeemed", key="sale:1", saving=5_00, at=later,
        business_date=later.date(), actor="test",
    )  # fmt: skip

    def margin() -> tuple[int, int]:
        found = results(campaign, at=NOON + timedelta(days=60))
        return found.treated.margin.total, found.held_out.margin.total

    # Of 100.00 six tenths are left; 5.00 were taken off, the points are worth 0.10.
    assert margin() == (60_00 - 5_00 - 10, 12_00)
    CouponUse.objects.create(
        coupon=held, act="returned", key="back:1", undoes=use, at=later,
        business_date=later.date(), actor="test",
    )  # fmt: skip
    assert margin()[0] == 57_00 - 10
    ShopPolicy.objects.bulk_create(
        [ShopPolicy(number=90, in_force_from=NOON, reason="x", gross_margin=None)]
    )
    assert results(campaign, at=NOON + timedelta(days=60)).margin_lift is None


def test_what_is_measured_in_money_is_known_as_soon_as_what_is_measured_in_visits() -> (
    None
):
    treated, held_out = ArmCounts(10_000, 8_000, 12_000), ArmCounts(2_000, 1_000, 1_500)
    visits = lift(treated, held_out)
    worth = 50_00  # each visit the same
    money = lift(
        *(
            ArmCounts(arm.people, arm.total * worth, arm.squares * worth * worth)
            for arm in (treated, held_out)
        ),
        unit=worth,
    )
    assert visits is not None
    assert money is not None
    assert money.low == pytest.approx(visits.low * worth)
    assert money.high == pytest.approx(visits.high * worth)
    assert money.is_known


@pytest.mark.django_db
def test_a_send_is_followed_until_all_has_left() -> None:
    guests(3)
    campaign = running(message(words("email"), "email"))
    entering = progress(campaign, at=NOON)
    assert entering is not None
    assert entering.is_entering
    campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)
    campaign.refresh_from_db()
    assert shown(campaign) == (0, 3)
    campaigns_services.advance_due(campaign_id=campaign.pk, at=NOON)
    assert shown(campaign) == (0, 3)  # written, and not gone
    first, second, _third = Message.objects.order_by("pk")
    Message.objects.filter(pk=first.pk).update(state="sending", lease_until=NOON)
    Message.objects.filter(pk=first.pk).update(
        state="accepted", accepted_at=NOON, due_at=None, lease_until=None
    )
    assert shown(campaign) == (1, 3)
    Message.objects.filter(pk=second.pk).update(state="held", reason="quiet")
    assert shown(campaign) == (1, 2)
    found = progress(campaign, at=NOON)
    assert found is not None
    assert found.held == 1
    Message.objects.filter(state="waiting").update(
        state="dropped", reason="cancelled", due_at=None
    )
    assert progress(campaign, at=NOON) is None
    campaign.state = "stopped"
    assert progress(campaign, at=NOON) is None


def shown(campaign: Campaign) -> tuple[int, int]:
    found = progress(campaign, at=NOON)
    assert found is not None
    return found.done, found.total


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
