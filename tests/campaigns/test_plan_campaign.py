"""Saving, looking at, starting: what is wrong is said in words, and nothing is done."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns import services as campaigns_services
from campaigns.errors import (
    CampaignChanged,
    CampaignOver,
    CampaignRefused,
    CampaignRuns,
    EverybodyUnconfirmed,
)
from campaigns.models import Campaign, CampaignStep, Grant, Journey
from campaigns.previews import preview
from campaigns.reach import steps_of
from coupons.models import CouponTemplate
from messaging.models import Message, MessageEvent, MessageTemplate
from stores.errors import ApprovalNeeded, NotAllowed
from stores.models import Role
from tests.factories.automations import (
    a_campaign,
    by_test,
    coupon,
    guests,
    message,
    play,
    points,
    running,
    started,
    wait,
    words,
)
from tests.factories.campaigns import a_segment
from tests.factories.coupons import TemplateFactory, by_staff
from tests.factories.members import MemberFactory, TagFactory
from tests.factories.stored_value import keep_the_law_of
from tests.factories.stores import NOON, RoleLimitFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
YESTERDAY, LATER = NOON - timedelta(days=1), NOON + timedelta(days=30)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"name": " "}, "a name"),
        ({"starts_at": LATER, "ends_at": NOON}, "end before it begins"),
        ({"budget": 0}, "budget of nothing"),
        ({"budget_pieces": 0}, "budget of nothing"),
        ({"entry": "each_time"}, "that often"),
        ({"timing": "days_before", "kind": "birthday"}, "how many days before"),
    ],
)
def test_what_contradicts_itself_is_not_saved(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(CampaignRefused, match=said):
        a_campaign(points(10), **facts)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("steps", "kind", "said"),
    [
        ([], "one_off", "one to five"),
        ([points(1)] * 6, "one_off", "one to five"),
        ([points(1), wait(3)], "one_off", "waits for nothing"),
        ([points(1, arm="b")], "one_off", "variant B"),
        ([points(1)], "win_back", "without a gift"),
    ],
)
def test_steps_that_cannot_be_are_not_saved(
    steps: list[CampaignStep], kind: str, said: str
) -> None:
    with pytest.raises(CampaignRefused, match=said):
        a_campaign(*steps, kind=kind)
    assert not Campaign.objects.exists()


def refused(*steps: CampaignStep, said: str, **facts: Any) -> None:
    with pytest.raises(CampaignRefused, match=said):
        a_campaign(*steps, **facts)
    assert not Campaign.objects.exists()


def test_a_message_may_say_only_what_is_known_by_then() -> None:
    told = words("email", coupon="text")
    refused(message(told), said="asks for “coupon”")
    refused(message(told), points(1), said="asks for “coupon”")
    refused(message(words("email"), "sms"), said="no words for one")


@pytest.mark.parametrize(
    ("place", "days", "is_saved"),
    [("CN", 1_090, True), ("CN", 1_100, False), ("TW", 3_000, True),
     ("US", 1_500, False), ("none", 3_650, True)],
)  # fmt: skip
def test_no_gift_outlives_the_law_of_the_place(
    place: str, days: int, *, is_saved: bool
) -> None:
    keep_the_law_of(place)
    gift = coupon(TemplateFactory.drawn(lasts_days=days))
    if is_saved:
        assert a_campaign(gift).pk
    else:
        refused(gift, said="longer than the law lets it be claimed")


def test_a_coupon_is_good_when_it_is_given() -> None:
    ends = TemplateFactory.drawn(
        validity="fixed",
        lasts_days=None,
        valid_from=YESTERDAY,
        valid_until=NOON + timedelta(days=2),
    )
    shut = TemplateFactory.drawn(is_open=False)
    forever = TemplateFactory.drawn(lasts_days=3_000)
    refused(points(1), wait(3), coupon(ends), said="ends before")
    soon = TemplateFactory.drawn(
        validity="fixed",
        lasts_days=None,
        valid_from=NOON,
        valid_until=NOON + timedelta(days=5_000),
    )
    refused(coupon(soon), said="longer than the law lets it be claimed .36 months")
    refused(coupon(ends), starts_at=LATER, said="ends before it would be given")
    refused(coupon(shut), said="not being issued")
    refused(coupon(forever), said="longer than the law lets it be claimed .36 months")


def test_a_coupon_is_still_good_when_a_message_tells_of_it() -> None:
    week = TemplateFactory.drawn(lasts_days=7)
    told, other = words("email", until="date"), words("email")
    late = "ends before the message that tells of it"
    refused(coupon(week), wait(7), message(told), said=late)
    refused(coupon(week), wait(20, visit=True), message(told), said=late)

    a_campaign(coupon(week), wait(6), message(told))
    a_campaign(coupon(week), wait(20), message(other))
    # The second is what the message tells of.
    a_campaign(coupon(week), wait(20), coupon(week), message(told))


def test_what_changed_since_it_was_saved_is_asked_again_at_the_start() -> None:
    version, ends = words("email"), TemplateFactory.drawn()
    campaign = a_campaign(coupon(ends), message(version))
    MessageTemplate.objects.update(is_active=False)
    with pytest.raises(CampaignRefused, match="is not in use"):
        started(campaign)
    MessageTemplate.objects.update(is_active=True)
    CouponTemplate.objects.update(is_open=False)
    with pytest.raises(CampaignRefused, match="not being issued"):
        started(campaign)

    campaign.refresh_from_db()
    assert campaign.state == "draft"
    assert not Journey.objects.exists()


def test_it_ends_after_now_and_for_somebody() -> None:
    nobody = a_segment({"kind": "tag", "tags": [TagFactory.create().pk]})
    refused(points(1), segment=nobody, said="Nobody is in the segment")
    refused(points(1), ends_at=YESTERDAY, said="in the past")


def test_everybody_is_meant_on_purpose() -> None:
    guests(3)
    campaign = a_campaign(points(1))
    with pytest.raises(EverybodyUnconfirmed, match="all 3 members"):
        campaigns_services.start_campaign(
            campaign_id=campaign.pk, reason="x", by=by_test(), at=NOON
        )
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_a_segment_of_everybody_is_everybody() -> None:
    guests(3)
    everyone = a_segment({"kind": "joined", "at_least": 0})
    campaign = a_campaign(points(1), segment=everyone)
    with pytest.raises(EverybodyUnconfirmed, match="all 3 members"):
        campaigns_services.start_campaign(
            campaign_id=campaign.pk, reason="x", by=by_test(), at=NOON
        )
    campaign.refresh_from_db()
    assert campaign.state == "draft"

    MemberFactory.create(joined_at=NOON + timedelta(days=1))
    campaigns_services.start_campaign(
        campaign_id=campaign.pk, reason="x", by=by_test(), at=NOON
    )
    campaign.refresh_from_db()
    assert campaign.state == "running"


def test_what_runs_is_paused_before_it_is_changed() -> None:
    guests(2)
    campaign = running(points(1), wait(3), points(2))
    play(campaign)
    with pytest.raises(CampaignRuns):
        campaigns_services.save_campaign(
            campaign=campaign, steps=[points(9)], by=by_test(), at=NOON
        )
    campaigns_services.pause_campaign(
        campaign_id=campaign.pk, reason="think", by=by_test(), at=NOON
    )
    play(campaign, days=3)
    assert Grant.objects.count() == 2

    changed = campaigns_services.save_campaign(
        campaign=campaign, steps=[points(9)], by=by_test(), at=NOON
    )
    started(changed)
    play(campaign, days=3)

    # Whoever was on their way goes on by the steps they began with.
    assert changed.version == 2
    assert sorted(Grant.objects.values_list("points", flat=True)) == [1, 1, 2, 2]


def test_a_draft_that_was_saved_anew_is_looked_at_again() -> None:
    campaign = a_campaign(points(1))
    with pytest.raises(CampaignChanged):
        campaigns_services.start_campaign(
            campaign_id=campaign.pk,
            reason="x",
            by=by_test(),
            at=NOON,
            saved_at=YESTERDAY,
            means_everybody=True,
        )


def test_what_is_over_stays_over() -> None:
    campaign = running(points(1))
    campaigns_services.stop_campaign(
        campaign_id=campaign.pk, reason="x", by=by_test(), at=NOON
    )
    with pytest.raises(CampaignOver):
        started(campaign)
    with pytest.raises(CampaignOver):
        campaigns_services.save_campaign(
            campaign=campaign, steps=[points(1)], by=by_test(), at=NOON
        )


def test_it_is_started_by_whoever_may_and_above_a_cost_by_two() -> None:
    store = StoreFactory.create()
    guests(3)
    campaign = a_campaign(coupon(TemplateFactory.drawn(amount=10_00)))
    nobody = UserFactory.create()
    marketer = UserFactory.holding("marketing")
    RoleLimitFactory.create(
        role=Role.objects.get(code="marketing"),
        act="campaigns.start_campaign",
        per_act=20_00,
    )

    def start(user: Any) -> None:
        campaigns_services.start_campaign(
            campaign_id=campaign.pk,
            reason="x",
            by=by_staff(user, store=store),
            at=NOON,
            means_everybody=True,
        )

    with pytest.raises(NotAllowed):
        start(nobody)
    with pytest.raises(ApprovalNeeded):
        start(marketer)
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_the_preview_counts_what_will_be_done() -> None:
    store = StoreFactory.create()
    guests(5, home_store=store)
    guests(2, agree=False)
    template = TemplateFactory.drawn(amount=10_00)
    told = words("email")
    campaign = a_campaign(coupon(template), message(told), holdout_bp=3000)

    seen = preview(campaign, steps=steps_of(campaign), at=NOON)
    started(campaign)
    play(campaign)

    assert seen.found == 7
    assert seen.fates["consent"] == 2
    assert seen.reached == Grant.objects.count()
    assert seen.fates.get("holdout", 0) == Journey.objects.filter(arm="holdout").count()
    assert seen.stores == {store.pk: seen.reached}
    assert seen.most == seen.reached * 10_00
    assert seen.expected is None


def test_messages_that_come_back_pause_it() -> None:
    guests(60)
    campaign = running(message(words()), wait(3), points(1))
    play(campaign)
    for pk in Message.objects.order_by("pk").values_list("pk", flat=True)[:58]:
        Message.objects.filter(pk=pk).update(state="sending", lease_until=NOON)
        Message.objects.filter(pk=pk).update(
            state="accepted", accepted_at=NOON, due_at=None, lease_until=None
        )
    bounced = Message.objects.filter(state="accepted").order_by("pk")[:2]
    Message.objects.filter(pk__in=[one.pk for one in bounced]).update(state="bounced")

    play(campaign)

    assert campaign.state == "paused"
    assert campaign.paused_because == "2 of the last 58 messages came back."
    assert Message.objects.filter(state="dropped", reason="cancelled").count() == 2
    assert MessageEvent.objects.filter(kind="dropped").count() == 2


def test_messages_that_annoy_pause_it() -> None:
    guests(60)
    campaign = running(message(words()), wait(3), points(1))
    play(campaign)
    Message.objects.update(state="sending", lease_until=NOON)
    Message.objects.update(
        state="accepted", accepted_at=NOON, due_at=None, lease_until=None
    )
    play(campaign)
    assert campaign.state == "running"
    first = Message.objects.order_by("pk").values("pk")[:1]
    Message.objects.filter(pk__in=first).update(state="complained")

    play(campaign)

    assert campaign.state == "paused"
    assert "1 of the last 60 messages were reported" in campaign.paused_because


def test_gifts_that_cost_a_fifth_more_than_shown_pause_it() -> None:
    guests(2)
    campaign = running(points(100), kind="welcome", entry="once")
    Campaign.objects.filter(pk=campaign.pk).update(expected_cost=1)
    play(campaign)
    assert campaign.state == "paused"
