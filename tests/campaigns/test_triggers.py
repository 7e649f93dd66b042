"""The other occasions: whom each finds, once for its period, and when it has passed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns.checks import check_saved
from campaigns.days import Days, today
from campaigns.errors import CampaignRefused
from campaigns.kinds import ENTRIES, OCCASION_VALUES
from campaigns.models import Campaign, Journey
from campaigns.occasions import select
from campaigns.previews import preview
from campaigns.reach import steps_of
from coupons import services as coupons_services
from coupons.models import Coupon, TierGift
from gift_cards.models import GiftCard
from ledger.kinds import AccountKind
from members.models import Consent, ConsentText, Member
from messaging.models import Message, MessageTemplate, MessageText
from points import services as points_services
from points.models import StampGrant
from recognition import services as recognition_services
from recognition.models import Feedback
from stored_value.holders import Holder
from tests.factories import gift_cards as cards
from tests.factories import stored_value as wallets
from tests.factories.automations import (
    a_campaign,
    by_test,
    guests,
    message,
    play,
    points,
    running,
    wait,
    words,
)
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import points_unit
from tests.factories.members import MemberFactory, give
from tests.factories.points import StampProgrammeFactory, a_key
from tests.factories.recognition import FeedbackFactory, VisitFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.factories.tiers import TierFactory
from tiers.models import Standing, StandingChange, Tier, TierPolicy

pytestmark = pytest.mark.django_db
TODAY = today(NOON)
OTHERS = sorted(set(OCCASION_VALUES) - {"birthday"})
WEEK = "2026-W47"


def default_words(kind: str, *channels: str) -> Any:
    """A step with the words that every shop begins with."""
    template = MessageTemplate.objects.get(code=f"campaign_{kind}")
    version = template.versions.get()
    return message(version, *(channels or ("email",)))


def run(kind: str, *later: Any, **facts: Any) -> Campaign:
    """The occasion with its own words, played today."""
    campaign = running(default_words(kind), *later, kind=kind, **facts)
    play(campaign)
    return campaign


def came() -> dict[int, str]:
    return dict(Journey.objects.values_list("member", "period"))


def told() -> dict[int, dict[str, Any]]:
    return dict(Message.objects.values_list("member", "values"))


def agree_to_surveys(*members: Member) -> None:
    text = ConsentText.objects.get(purpose="survey")
    for member in members:
        Consent.objects.create(
            member=member,
            purpose="survey",
            channel="email",
            granted=True,
            text=text,
            source="counter",
            at=NOON,
        )


# Value and coupons that expire


def test_one_digest_a_week_names_all_that_expires() -> None:
    here, other, late = guests(3, language="en")
    issued(TemplateFactory.drawn(name_en="Cake", lasts_days=5), here)
    issued(TemplateFactory.drawn(name_en="Tea", lasts_days=40), late)
    give(
        here,
        120,
        AccountKind.POINTS,
        unit_id=points_unit(),
        expires_at=NOON + timedelta(days=3),
    )
    give(here, 30_00, AccountKind.BONUS, expires_at=NOON + timedelta(days=9))
    give(other, 5_00, AccountKind.BONUS, expires_at=NOON - timedelta(days=1))

    campaign = run("expiring")
    for day in (0, 1, 2):  # Friday to Sunday of the same week
        play(campaign, days=day)

    assert came() == {here.pk: WEEK}
    items = told()[here.pk]["expiring_items"]
    assert items == (
        "120 points (until 23 Nov 2026); Cake (until 24 Nov 2026); "
        "bonus of ¥30.00 (until 29 Nov 2026)"
    )
    play(campaign, days=3)
    assert Journey.objects.filter(member=here).count() == 2


def test_a_gift_card_that_expires_is_told_to_its_owner() -> None:
    (owner,) = guests(1)
    card = cards.a_card(80_00, by=cards.at_store())
    kept = GiftCard.objects.filter(pk=card.card_id)
    kept.update(owner=owner)
    account = kept.get().account_id
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_lot SET expires_at = %s WHERE account_id = %s",
            [NOON + timedelta(days=6), account],
        )
    run("expiring")
    assert came() == {owner.pk: WEEK}
    assert "80.00" in told()[owner.pk]["expiring_items"]


def test_what_was_used_meanwhile_is_not_told_of_again() -> None:
    (here,) = guests(1)
    coupon = issued(TemplateFactory.drawn(lasts_days=5), here)
    campaign = run("expiring", wait(1), default_words("expiring"))
    type(coupon).objects.filter(pk=coupon.pk).update(status="void")

    play(campaign, days=1)

    assert Journey.objects.get().outcome == "passed"
    assert Message.objects.count() == 1


# Balance low


def test_a_low_balance_is_told_once_for_each_top_up() -> None:
    low, full, fresh = guests(3, language="en")
    for member, at in ((low, -3), (full, -3), (fresh, 0)):
        wallets.top_up(Holder.member(member.pk), 100_00, at=NOON + timedelta(days=at))
    for member in (low, fresh):
        wallets.spend(Holder.member(member.pk), 80_00)

    campaign = run("balance_low", wait(5), points(5), balance_below=50_00)
    assert set(came()) == {low.pk}
    play(campaign, days=1)

    assert set(came()) == {low.pk, fresh.pk}
    assert came()[low.pk].startswith("topup:")
    assert told()[low.pk] == {"balance": 20_00}
    wallets.top_up(
        Holder.member(low.pk), 100_00, at=NOON + timedelta(days=2), key="again"
    )
    play(campaign, days=5)
    assert Journey.objects.get(member=low).outcome == "passed"
    wallets.spend(Holder.member(low.pk), 90_00, at=NOON + timedelta(days=6))
    play(campaign, days=7)
    assert Journey.objects.filter(member=low).count() == 2


def test_who_was_paid_back_or_never_topped_up_is_not_low() -> None:
    paid_back, _never = guests(2)
    row = wallets.top_up(
        Holder.member(paid_back.pk), 100_00, at=NOON - timedelta(days=2)
    )
    wallets.refund_top_up(row)
    run("balance_low", balance_below=50_00)
    assert came() == {}


# First top-up


def test_only_the_first_top_up_counts() -> None:
    new, old = guests(2)
    wallets.top_up(Holder.member(old.pk), 30_00, at=NOON - timedelta(days=40))
    for member in (new, new, old):
        wallets.top_up(Holder.member(member.pk), 70_00)

    campaign = run("first_top_up")
    play(campaign, days=1)

    assert came() == {new.pk: "once"}
    assert told()[new.pk] == {"top_up": 70_00}


# Tiers


def change(member: Member, tier: Tier, cause: str = "raised", **facts: Any) -> None:
    StandingChange.objects.create(
        member=member,
        at=facts.pop("at", NOON),
        cause=cause,
        source="earned",
        became=tier,
        policy=TierPolicy.objects.get(number=1),
        actor="system:test",
        **facts,
    )


def stands(member: Member, tier: Tier, **facts: Any) -> None:
    Standing.objects.filter(member=member).delete()
    Standing.objects.create(
        member=member, tier=tier, earned_tier=tier, since=NOON, **facts
    )


def test_a_tier_is_congratulated_once_a_year_and_the_highest_only() -> None:
    silver = TierFactory.create(rank=51, threshold=100)
    gold = TierFactory.create(rank=52, threshold=200, name_en="Gold")
    everybody = TierFactory.create(rank=50, threshold=0, is_active=False)
    up, left, lower, new, merged = guests(5, language="en")
    change(new, everybody)
    stands(new, everybody)
    change(merged, gold, "merged")
    stands(merged, gold)
    change(up, silver)
    change(up, gold, was=silver)
    stands(up, gold)
    change(left, gold)
    stands(left, silver)
    change(lower, silver, "lowered", was=gold)
    stands(lower, silver)

    campaign = run("tier_reached", wait(3), points(5))
    play(campaign, days=1)

    assert came() == {up.pk: f"tier:{gold.pk}:2026"}
    assert told()[up.pk] == {"tier": "Gold", "tier_gift": ""}
    stands(up, silver)
    play(campaign, days=3)
    assert Journey.objects.get().outcome == "passed"


def promise(tier: Tier, occasion: str, **facts: Any) -> None:
    """A coupon that the tier gives by itself."""
    coupons_services.save_tier_gift(
        gift=TierGift(
            tier=tier,
            occasion=occasion,
            template=TemplateFactory.drawn(lasts_days=10, **facts),
        ),
        by=by_test(),
        at=NOON - timedelta(days=1),
    )


def test_what_a_tier_promises_is_given_first_and_told_by_the_same_messages() -> None:
    gold = TierFactory.create(rank=52, threshold=200, name_en="Gold")
    promise(gold, "upgrade", name_en="Cake")
    promise(gold, "birthday", name_en="Tea")
    here, base = guests(2, language="en")
    change(here, gold)
    stands(here, gold)
    Member.objects.update(
        birth_calendar="solar",
        birth_month=TODAY.month,
        birth_day=TODAY.day,
        birthday_set_at=NOON - timedelta(days=90),
    )

    run("tier_reached")
    greeting = words("email", tier_gift="text")
    play(running(message(greeting), kind="birthday"))

    assert Coupon.objects.filter(member=here).count() == 2
    letters = Message.objects.order_by("pk").values_list("member", "values__tier_gift")
    assert list(letters) == [
        (here.pk, "Your tier gives you Cake, until 29 Nov 2026."),
        (here.pk, "Your tier gives you Tea, until 29 Nov 2026."),
        (base.pk, ""),
    ]


def test_a_tier_reached_again_about_the_turn_of_the_year_is_not_told_again() -> None:
    gold = TierFactory.create(rank=52, threshold=200)
    (here,) = guests(1)
    campaign = running(points(5), kind="tier_reached")
    stands(here, gold)
    for days, times in ((30, 1), (50, 1), (340, 2)):
        change(here, gold, at=NOON + timedelta(days=days))
        play(campaign, days=days)
        assert Journey.objects.count() == times


def test_who_may_lose_a_tier_is_told_once_for_each_notice() -> None:
    gold = TierFactory.create(rank=52, threshold=200, name_en="Gold")
    risky, safe = guests(2, language="en")
    until = NOON + timedelta(days=30)
    change(risky, gold, "noticed")
    stands(risky, gold, earned_until=until, kept_until=until, notice_at=NOON)
    change(safe, gold, "noticed")
    stands(safe, gold, earned_until=until, kept_until=until)

    campaign = run("tier_at_risk", wait(3), points(5))
    play(campaign, days=1)

    assert came() == {risky.pk: f"risk:{TODAY}"}
    assert told()[risky.pk] == {
        "tier": "Gold",
        "tier_until": str(TODAY + timedelta(days=30)),
    }
    stands(risky, gold, earned_until=until, kept_until=until)
    play(campaign, days=3)
    assert Journey.objects.get().outcome == "passed"


# Question after a visit


def visit(member: Member, day: date, **facts: Any) -> Any:
    at = NOON - timedelta(days=(TODAY - day).days)
    return VisitFactory.create(
        member=member,
        store=facts.pop("store", None) or StoreFactory.create(),
        at=at,
        business_date=day,
        **facts,
    )


def test_a_visit_is_asked_about_the_day_after_and_then_rested() -> None:
    here, voided, spoke, angry, today_only = everyone = guests(5)
    agree_to_surveys(*everyone)
    yesterday = TODAY - timedelta(days=1)
    store = StoreFactory.create()
    for member in (here, spoke, angry):
        visit(member, yesterday, store=store)
    visit(voided, yesterday, voided_at=NOON)
    visit(today_only, TODAY)
    FeedbackFactory.create(member=spoke, at=NOON - timedelta(hours=1))
    complaint(angry, store_id=store.pk)

    campaign = run("after_visit", rest_days=30)
    play(campaign, days=1)

    assert came() == {here.pk: f"visit:{yesterday}", today_only.pk: f"visit:{TODAY}"}
    assert told()[here.pk] == {"visit_date": str(yesterday)}
    visit(here, TODAY + timedelta(days=5))
    play(campaign, days=6)
    assert Journey.objects.filter(member=here).count() == 1  # rests
    visit(here, TODAY + timedelta(days=40))
    play(campaign, days=41)
    assert Journey.objects.filter(member=here).count() == 2


def test_an_answer_ends_the_questions() -> None:
    (here,) = guests(1)
    agree_to_surveys(here)
    visit(here, TODAY - timedelta(days=1))
    campaign = run("after_visit", wait(2), default_words("after_visit"))
    FeedbackFactory.create(member=here, at=NOON + timedelta(hours=3))

    play(campaign, days=2)

    assert Journey.objects.get().outcome == "passed"
    assert Message.objects.count() == 1


# Stamp card


def stamp(code: str, member: Member, times: int) -> None:
    for _nth in range(times):
        points_services.give_stamps(
            programme_code=code,
            member_id=member.pk,
            amount=50_00,
            by=by_test(),
            at=NOON,
            key=a_key("stamp"),
        )


def test_a_card_that_is_nearly_full_is_told_once_for_each_card() -> None:
    programme = StampProgrammeFactory.create(stamps=5, name="Noodles")
    near, far, full = guests(3)
    stamp(programme.code, near, 4)
    stamp(programme.code, far, 3)
    stamp(programme.code, full, 5)
    shorter = StampProgrammeFactory.create(stamps=5)
    stamp(shorter.code, far, 4)
    type(shorter).objects.filter(pk=shorter.pk).update(stamps=3)

    campaign = run("stamp_card", wait(3), points(5))
    play(campaign, days=1)

    assert came() == {near.pk: f"card:{programme.pk}:0"}
    assert told()[near.pk] == {"stamp_card": "Noodles", "stamps_missing": 1}
    stamp(programme.code, near, 1)
    assert StampGrant.objects.filter(member=near, cards=1).exists()
    play(campaign, days=3)
    assert Journey.objects.get().outcome == "passed"


# Complaint resolved


def complaint(member: Member, **facts: Any) -> Feedback:
    return recognition_services.record_feedback(
        **{
            "member_id": member.pk,
            "store_id": StoreFactory.create().pk,
            "channel": "counter",
            "words": "cold soup",
            "is_complaint": True,
            "by": by_test(),
            "at": NOON,
            **facts,
        }
    )


def resolve(feedback: Feedback) -> None:
    owner = UserFactory.holding("store-manager", store=feedback.store)
    recognition_services.assign_complaint(
        feedback_id=feedback.pk, owner=owner, by=by_test(), at=NOON
    )
    recognition_services.cure_complaint(
        feedback_id=feedback.pk, cure="new soup", by=by_test(), at=NOON
    )


def test_a_complaint_that_was_resolved_is_asked_about_once() -> None:
    well, again, waits = guests(3)
    resolve(complaint(well))
    resolve(complaint(again))
    complaint(again)
    complaint(waits)

    campaign = run("cured", wait(2), points(5))
    play(campaign, days=1)

    assert list(came()) == [well.pk]
    assert told()[well.pk] == {"complaint_date": str(TODAY)}
    complaint(well)
    play(campaign, days=2)
    assert Journey.objects.get().outcome == "complaint"


# Repeating


def test_a_repeating_campaign_goes_out_once_each_time() -> None:
    (here,) = guests(1)
    campaign = running(
        points(5), kind="repeating", repeats="weekly", repeat_day=TODAY.isoweekday()
    )
    for day in (0, 0, 1, 2, 3, 6):
        play(campaign, days=day)
    assert came() == {here.pk: f"on:{TODAY}"}
    play(campaign, days=8)  # the worker was silent on the seventh
    periods = set(Journey.objects.values_list("period", flat=True))
    assert periods == {f"on:{TODAY}", f"on:{TODAY + timedelta(days=7)}"}


@pytest.mark.parametrize(
    ("entry", "rest", "times"), [("each_time", 10, 2), ("once", 0, 1)]
)
def test_it_can_rest_between(entry: str, rest: int, times: int) -> None:
    guests(1)
    campaign = running(
        points(5),
        kind="repeating",
        repeat_day=TODAY.isoweekday(),
        entry=entry,
        rest_days=rest,
    )
    for week in range(3):
        play(campaign, days=7 * week)
    assert Journey.objects.count() == times


def test_the_31st_of_a_short_month_is_its_last_day() -> None:
    guests(1)
    campaign = running(points(5), kind="repeating", repeats="monthly", repeat_day=31)
    for day in (0, 9, 10, 11, 41):  # the 20th, 29th, 30th of November, the 31st
        play(campaign, days=day)
    periods = sorted(Journey.objects.values_list("period", flat=True))
    assert periods == ["on:2026-11-30", "on:2026-12-31"]


def test_its_cost_is_that_of_a_month() -> None:
    guests(2)
    campaign = a_campaign(points(100), kind="repeating", repeat_day=TODAY.isoweekday())
    seen = preview(campaign, steps=steps_of(campaign), at=NOON)
    assert seen.reached == 2
    assert seen.most == 2 * 5 * 1_00


# All of them


@pytest.mark.parametrize("kind", OTHERS)
def test_nobody_is_found_where_nothing_is_known(kind: str) -> None:
    guests(2)
    MemberFactory.create(phone=None, email="")
    campaign = run(kind, balance_below=1)
    play(campaign, days=1)
    assert came() == {}
    assert preview(campaign, steps=steps_of(campaign), at=NOON).found == 0


@pytest.mark.parametrize("kind", OTHERS)
def test_each_is_one_statement_that_an_index_answers(kind: str) -> None:
    campaign = a_campaign(default_words(kind), kind=kind, balance_below=1)
    sql, params = select(campaign, Days(NOON, [TODAY]))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
    small = {"points_stampprogramme", "stores_store", "tiers_tier"}
    scanned = {
        line.split(" on ")[1].split()[0]
        for line in plan.splitlines()
        if "Seq Scan on" in line
    }
    assert scanned <= small


@pytest.mark.parametrize("kind", OTHERS)
def test_the_first_words_can_be_sent_by_each_channel_in_each_language(
    kind: str,
) -> None:
    texts = MessageText.objects.filter(version__template__code=f"campaign_{kind}")
    assert texts.count() == 9
    channels = ("inbox", "email", "sms")
    campaign = a_campaign(default_words(kind, *channels), kind=kind, balance_below=1)
    check_saved(campaign, steps_of(campaign), at=NOON)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "balance_low"}, "below which balance"),
        ({"kind": "expiring", "days_before": 7}, "eight days"),
        ({"kind": "repeating", "repeat_day": 8}, "seven days"),
    ],
)
def test_what_an_occasion_lacks_is_said_at_save(
    facts: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CampaignRefused, match=sentence):
        a_campaign(points(5), **facts)
    assert not Campaign.objects.exists()


def test_words_for_another_occasion_are_refused_at_the_start() -> None:
    words = default_words("stamp_card")
    with pytest.raises(CampaignRefused, match="stamps_missing"):
        running(words, kind="cured", entry=ENTRIES["cured"][0])
