"""What comes with a tier: once for reaching it in a year, once for a birthday."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate, now

from coupons import services as coupons_services
from coupons import tasks
from coupons.models import Coupon, CouponTemplate, TierGift
from ledger import services as ledger_services
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from stores.errors import NotAllowed
from tests.factories.coupons import TemplateFactory, by_staff, by_task, everything
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, UserFactory
from tests.factories.tiers import TierFactory
from tiers.models import Standing, StandingChange, Tier, TierPolicy

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
TODAY = localdate(NOON)


def gift(tier: Tier, template: CouponTemplate | None = None, **facts: Any) -> TierGift:
    made = TierGift(
        **{
            "tier": tier,
            "template": template or TemplateFactory.drawn(),
            "occasion": "upgrade",
            **facts,
        }
    )
    coupons_services.save_tier_gift(gift=made, by=by_task(), at=NOON)
    return made


def reached(
    member: Member, tier: Tier, was: Tier | None = None, at: datetime = LATER
) -> None:
    """What the tiers' review writes when somebody steps up or down."""
    up = was is None or was.rank < tier.rank
    StandingChange.objects.create(
        member=member,
        at=at,
        cause="raised" if up else "lowered",
        source="earned",
        was=was,
        became=tier,
        policy=TierPolicy.objects.get(number=1),
        actor="system:test",
    )


def stands(member: Member, tier: Tier) -> None:
    Standing.objects.filter(member=member).delete()
    Standing.objects.create(
        member=member, tier=tier, earned_tier=tier, source="earned", since=NOON
    )


def give(at: datetime = LATER, **facts: Any) -> int:
    return coupons_services.give_upgrade_gifts(by=by_task(), at=at, **facts)


@pytest.fixture
def silver() -> Tier:
    return TierFactory.create(rank=51)


@pytest.fixture
def gold() -> Tier:
    return TierFactory.create(rank=52)


def test_whoever_reaches_the_tier_gets_its_gift_once(silver: Tier, gold: Tier) -> None:
    gift(gold, quantity=2)
    one, two = MemberFactory.create_batch(2)
    reached(one, gold, was=silver)
    reached(two, silver)

    assert (give(), give()) == (2, 0)

    coupons = Coupon.objects.all()
    assert {coupon.member_id for coupon in coupons} == {one.pk}
    assert {coupon.issue.source for coupon in coupons} == {"tier"}


def test_down_and_up_again_in_a_year_gives_nothing_more(
    silver: Tier, gold: Tier
) -> None:
    gift(gold)
    member = MemberFactory.create()
    reached(member, gold, was=silver)
    give()
    reached(member, silver, was=gold, at=LATER + timedelta(days=1))
    reached(member, gold, was=silver, at=LATER + timedelta(days=2))

    assert give(at=LATER + timedelta(days=3)) == 0
    # Not about the turn of the year either, as with a birthday that moved.
    reached(member, gold, was=silver, at=LATER + timedelta(days=60))
    assert give(at=LATER + timedelta(days=61)) == 0
    reached(member, gold, was=silver, at=LATER + timedelta(days=301))
    assert give(at=LATER + timedelta(days=302)) == 1


def test_stepping_down_to_it_is_no_occasion(silver: Tier, gold: Tier) -> None:
    gift(silver)
    reached(MemberFactory.create(), silver, was=gold)

    assert give() == 0


def test_who_was_there_before_the_gift_gets_none(silver: Tier) -> None:
    reached(MemberFactory.create(), silver, at=NOON - timedelta(days=1))
    gift(silver)

    assert give() == 0


def test_in_chunks_everyone_gets_one_and_counters_are_right(silver: Tier) -> None:
    template = TemplateFactory.drawn(per_member=1, quota_total=50)
    gift(silver, template)
    members = MemberFactory.create_batch(7)
    for member in members:
        reached(member, silver)

    assert give(chunk=3) == 7

    holders = Coupon.objects.values_list("member_id", flat=True)
    assert sorted(pk for pk in holders if pk) == sorted(one.pk for one in members)
    assert ledger_services.prove_books().is_proven


def test_a_quota_ends_it_and_a_closed_template_waits(silver: Tier) -> None:
    template = TemplateFactory.drawn(quota_total=2)
    gift(silver, template)
    for member in MemberFactory.create_batch(3):
        reached(member, silver)
    template.is_open = False
    coupons_services.save_template(template=template, by=by_task(), at=NOON)
    assert give() == 0
    template.is_open = True
    coupons_services.save_template(template=template, by=by_task(), at=NOON)

    assert (give(), give()) == (2, 0)
    assert ledger_services.prove_books().is_proven


def test_a_gift_switched_off_gives_nothing(silver: Tier) -> None:
    made = gift(silver)
    reached(MemberFactory.create(), silver)
    made.is_active = False
    coupons_services.save_tier_gift(gift=made, by=by_task(), at=NOON)

    assert give() == 0


def born_on(day: date, tier: Tier | None = None, **facts: Any) -> Member:
    """Somebody of the tier with a solar birthday, told long ago."""
    return with_birthday(tier, calendar="solar", month=day.month, day=day.day, **facts)


def with_birthday(
    tier: Tier | None,
    *,
    month: int,
    day: int,
    calendar: str = "lunar",
    leap: bool = False,
    told_at: datetime = NOON - timedelta(days=400),
) -> Member:
    member = MemberFactory.create()
    Member.objects.filter(pk=member.pk).update(
        birth_calendar=calendar,
        birth_month=month,
        birth_day=day,
        birth_leap=leap,
        birthday_set_at=told_at,
    )
    if tier is not None:
        stands(member, tier)
    return member


def greet(at: datetime = NOON, **facts: Any) -> int:
    return coupons_services.give_birthday_gifts(by=by_task(), at=at, **facts)


def holders() -> set[int | None]:
    return set(Coupon.objects.values_list("member_id", flat=True))


def test_a_birthday_is_once_a_year_and_for_those_of_the_tier(
    silver: Tier, gold: Tier
) -> None:
    gift(gold, occasion="birthday")
    golden = born_on(TODAY, gold)
    born_on(TODAY, silver)
    born_on(TODAY)

    assert [greet(), greet(), greet(NOON + timedelta(days=1))] == [1, 0, 0]
    assert holders() == {golden.pk}
    assert greet(NOON.replace(year=2027)) == 1


def test_three_missed_days_are_caught_up_and_no_more(gold: Tier) -> None:
    gift(gold, occasion="birthday")
    members = [born_on(TODAY - timedelta(days=ago), gold) for ago in range(6)]

    assert [greet(), greet()] == [4, 0]
    assert holders() == {member.pk for member in members[:4]}


def test_after_a_longer_silence_those_get_it_for_whom_it_would_still_be_valid(
    gold: Tier,
) -> None:
    """The coupon holds for thirty days, its own one counted."""
    made = gift(gold, occasion="birthday")
    assert greet(NOON - timedelta(days=50)) == 0
    assert TierGift.objects.get(pk=made.pk).birthdays_until == TODAY - timedelta(50)
    members = {ago: born_on(TODAY - timedelta(days=ago), gold) for ago in (4, 28, 40)}

    assert [greet(), greet()] == [2, 0]
    assert holders() == {members[4].pk, members[28].pk}
    assert ledger_services.prove_books().is_proven


def test_what_fell_due_while_the_template_was_closed_counts_as_missed(
    gold: Tier,
) -> None:
    template = TemplateFactory.drawn()
    gift(gold, template, occasion="birthday")
    greet(NOON - timedelta(days=9))
    member = born_on(TODAY - timedelta(days=5), gold)
    CouponTemplate.objects.update(is_open=False)
    assert greet() == 0
    CouponTemplate.objects.update(is_open=True)

    assert greet() == 1
    assert holders() == {member.pk}


@pytest.mark.parametrize(("days", "coupons"), [(30, 0), (31, 1), (-1, 0), (0, 0)])
def test_a_birthday_told_or_changed_shortly_before_gives_none_this_period(
    gold: Tier, days: int, coupons: int
) -> None:
    gift(gold, occasion="birthday")
    born_on(TODAY, gold, told_at=NOON - timedelta(days=days))

    assert greet() == coupons


def test_moving_the_birthday_gives_no_second_gift_in_the_period(gold: Tier) -> None:
    gift(gold, occasion="birthday")
    member = born_on(TODAY - timedelta(days=200), gold)
    assert greet(NOON - timedelta(days=200)) == 1
    Member.objects.filter(pk=member.pk).update(
        birth_month=TODAY.month,
        birth_day=TODAY.day,
        birthday_set_at=NOON - timedelta(days=100),
    )

    assert greet() == 0


def test_two_who_become_one_have_one_gift_in_the_period(
    silver: Tier, gold: Tier
) -> None:
    gift(gold, occasion="birthday")
    gift(gold)
    one, two = born_on(TODAY, gold), born_on(TODAY + timedelta(days=1), gold)
    reached(one, gold, was=silver, at=NOON)
    assert (greet(), give(NOON)) == (1, 1)
    members_services.merge_step(
        source_id=one.pk,
        target_id=two.pk,
        reason="came twice",
        by=by_task(),
        at=NOON,
        key="merge",
    )
    reached(two, gold, was=silver, at=LATER)

    assert (greet(LATER), give(LATER)) == (0, 0)


def test_a_lunar_birthday_is_once_in_the_lunar_year(gold: Tier) -> None:
    """The first of the twelfth month: twice in the solar year 2027."""
    gift(gold, occasion="birthday")
    told_at = datetime(2024, 1, 1, tzinfo=UTC)
    with_birthday(gold, month=12, day=1, told_at=told_at)
    kept = [
        Birthday(month=12, day=1, calendar="lunar").in_year(year)
        for year in range(2025, 2028)
    ]
    assert [day.year for day in kept] == [2026, 2027, 2027]
    given = []
    for day in kept:
        for off in (-1, 0, 1):
            at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
            if greet(at + timedelta(days=off)):
                given.append(day + timedelta(days=off))

    assert given == kept


def test_a_gift_whose_coupon_is_over_keeps_no_other_waiting(gold: Tier) -> None:
    over = TemplateFactory.drawn(
        validity="fixed",
        lasts_days=None,
        valid_from=NOON - timedelta(days=9),
        valid_until=NOON - timedelta(days=1),
    )
    gift(gold, over, occasion="birthday")
    gift(gold, occasion="birthday")
    member = born_on(TODAY, gold)

    assert greet() == 1
    assert holders() == {member.pk}


def test_in_chunks_everyone_whose_birthday_it_is_gets_one(gold: Tier) -> None:
    gift(gold, occasion="birthday", quantity=2)
    members = [born_on(TODAY, gold) for _number in range(5)]

    assert greet(chunk=2) == 10
    assert holders() == {member.pk for member in members}


def test_the_task_greets_today(gold: Tier) -> None:
    gift(gold, occasion="birthday")
    today = localdate(now())
    born_on(date(today.year, today.month, min(today.day, 28)), gold)

    assert tasks.give_birthday_gifts() in (0, 1)
    assert tasks.give_birthday_gifts() == 0


def test_the_task_runs_though_there_is_nothing_to_give() -> None:
    assert tasks.give_upgrade_gifts() == 0
    assert tasks.lapse_gifts() == 0


def test_only_those_who_draw_coupons_say_what_a_tier_gives(silver: Tier) -> None:
    made = TierGift(tier=silver, template=TemplateFactory.drawn(), occasion="upgrade")
    before = everything()

    with pytest.raises(NotAllowed):
        coupons_services.save_tier_gift(
            gift=made, by=by_staff(UserFactory.holding("auditor")), at=NOON
        )

    assert everything() == before


def test_a_birthday_told_in_the_other_calendar_gives_no_second_gift(gold: Tier) -> None:
    """The lunar year begins later: its birthday in January is of another period."""
    gift(gold, occasion="birthday")
    january = datetime(2027, 1, 5, 4, tzinfo=UTC)
    member = born_on(date(2027, 1, 5), gold)
    assert greet(at=january) == 1
    # 15 January 2027 is the eighth of the twelfth lunar month of 2026.
    Member.objects.filter(pk=member.pk).update(
        birth_calendar="lunar", birth_month=12, birth_day=8, birth_leap=False
    )
    assert greet(at=january + timedelta(days=10)) == 0
    assert Coupon.objects.filter(member=member).count() == 1
