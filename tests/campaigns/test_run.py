"""What a campaign that runs does: whom it takes in, what each gets, when it ends."""

import hashlib
from datetime import timedelta

import pytest

from campaigns import services as campaigns_services
from campaigns.kinds import CampaignState, StepKind
from campaigns.models import CampaignStep, Grant, Journey, JourneyMessage
from coupons.models import Coupon
from members import services as members_services
from members.birthdays import Birthday
from members.models import ConsentNow, Member
from messaging.models import Message
from points.models import Accrual
from tests.factories.automations import (
    by_test,
    coupon,
    guests,
    message,
    play,
    points,
    running,
    wait,
    words,
)
from tests.factories.coupons import TemplateFactory, gone
from tests.factories.members import MemberFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def outcomes() -> dict[int, str]:
    return dict(Journey.objects.values_list("member", "outcome"))


def test_everybody_gets_the_gift_and_the_letter_that_tells_of_it() -> None:
    here = guests(3)
    template = TemplateFactory.drawn(name_en="Cake")
    told = words("email", "sms", coupon="text", until="date")
    campaign = running(coupon(template), message(told, "email", "sms"))

    play(campaign)

    assert Coupon.objects.filter(member__in=here).count() == 3
    assert Grant.objects.count() == 3
    letters = Message.objects.filter(channel="email")
    assert {letter.member_id for letter in letters} == {one.pk for one in here}
    assert {letter.values["coupon"] for letter in letters} == {"Cake"}
    assert {letter.values["until"] for letter in letters} == {"2026-12-19"}
    assert Message.objects.filter(channel="sms").count() == 3
    assert campaign.state == CampaignState.FINISHED


def test_played_again_and_again_it_gives_once() -> None:
    guests(3)
    campaign = running(coupon(TemplateFactory.drawn()), message(words()), points(50))

    for day in (0, 0, 1, -1):
        play(campaign, days=day)

    assert Coupon.objects.count() == Message.objects.count() == 3
    assert Accrual.objects.count() == 3
    assert Grant.objects.count() == 6


def test_who_may_not_be_written_to_does_not_come_in() -> None:
    (here,) = guests(1)
    guests(1, agree=False)
    gone()
    running_now = running(message(words()))

    play(running_now)

    assert list(Journey.objects.values_list("member", flat=True)) == [here.pk]


def test_a_wait_is_waited_out() -> None:
    guests(2)
    campaign = running(message(words()), wait(3), points(50))

    play(campaign)
    play(campaign, days=2)
    assert (Message.objects.count(), Accrual.objects.count()) == (2, 0)

    play(campaign, days=3)
    assert Accrual.objects.count() == 2
    assert set(outcomes().values()) == {"done"}


def test_a_stop_for_one_variant_ends_it_for_that_one_only() -> None:
    guests(30)
    stop = CampaignStep(kind=StepKind.STOP, arm="b")
    campaign = running(points(10), stop, points(20), split_bp=5000)

    play(campaign)

    arms = dict(Journey.objects.values_list("member", "arm"))
    more = set(Accrual.objects.filter(points=20).values_list("member", flat=True))
    assert more == {member for member, arm in arms.items() if arm == "a"}
    assert Accrual.objects.filter(points=10).count() == 30
    assert set(outcomes().values()) == {"done"}


def test_until_a_visit_or_so_many_days_also_where_nobody_was_missed() -> None:
    came, stayed_away = guests(2)
    campaign = running(message(words()), wait(7, visit=True), points(50))
    play(campaign)
    VisitFactory.create(member=came, at=NOON + timedelta(days=2))

    play(campaign, days=6)
    assert not Accrual.objects.exists()
    play(campaign, days=7)

    assert outcomes() == {came.pk: "returned", stayed_away.pk: "done"}
    assert Accrual.objects.get().member_id == stayed_away.pk


def test_who_is_gone_or_withdrew_meanwhile_gets_nothing_more() -> None:
    left, withdrew, stays = guests(3)
    campaign = running(message(words()), wait(3), points(50), message(words()))
    play(campaign)
    members_services.erase(
        member_id=left.pk, reason="asked for it", by=by_test(), at=NOON
    )
    ConsentNow.objects.filter(member=withdrew).update(granted=False)

    play(campaign, days=3)

    assert outcomes() == {left.pk: "gone", withdrew.pk: "consent", stays.pk: "done"}
    assert Accrual.objects.get().member_id == stays.pk


def bucket(salt: str, member_id: int) -> int:
    digest = hashlib.sha256(f"{salt}:{member_id}".encode()).hexdigest()
    return int(digest[:8], 16) % 10_000


def arm_of(member_id: int, salt: str) -> str:
    if bucket("global:2026:2", member_id) < 500:
        return "global"
    if bucket(salt, member_id) < 2500:
        return "holdout"
    return "b" if bucket(f"{salt}:b", member_id) < 5000 else "a"


def test_variants_and_the_held_out_get_what_is_theirs() -> None:
    guests(40)
    campaign = running(
        points(10, arm="a"),
        points(20, arm="b"),
        split_bp=5000,
        holdout_bp=2500,
        global_holdout=True,
    )

    play(campaign)

    arms = dict.fromkeys(("a", "b", "holdout", "global"), 0)
    for journey in Journey.objects.all():
        assert journey.arm == arm_of(journey.member_id, campaign.salt)
        arms[journey.arm] += 1
    assert sum(arms.values()) == 40
    given = {10: arms["a"], 20: arms["b"]}
    assert given == {
        worth: Accrual.objects.filter(points=worth).count() for worth in given
    }
    assert Grant.objects.count() == arms["a"] + arms["b"]


def test_a_birthday_is_thought_of_once_in_its_year() -> None:
    born = MemberFactory.born(Birthday(month=11, day=20))
    MemberFactory.born(Birthday(month=11, day=25))
    Member.objects.update(birthday_set_at=NOON - timedelta(days=40))
    campaign = running(points(50), kind="birthday", holdout_bp=0)

    play(campaign)
    play(campaign, days=1)
    play(campaign, days=-1)

    journey = Journey.objects.get()
    assert (journey.member_id, journey.period) == (born.pk, "2026")
    play(campaign, days=365)
    assert Journey.objects.filter(member=born).count() == 2
    assert Accrual.objects.count() == 2  # the other's went by unseen: points last not


def test_stopped_at_once_nothing_more_leaves() -> None:
    guests(3)
    campaign = running(points(50), message(words()), wait(3), message(words()))
    play(campaign)

    called_off = campaigns_services.stop_campaign(
        campaign_id=campaign.pk, reason="wrong words", by=by_test(), at=NOON
    )
    play(campaign)
    play(campaign, days=3)

    assert called_off == 3
    assert set(Message.objects.values_list("state", "reason")) == {
        ("dropped", "cancelled")
    }
    assert set(outcomes().values()) == {"stopped"}
    assert Accrual.objects.count() == 3


def test_messages_of_a_campaign_are_known() -> None:
    guests(2)
    campaign = running(message(words()))
    play(campaign)
    assert JourneyMessage.objects.filter(campaign=campaign).count() == 2
