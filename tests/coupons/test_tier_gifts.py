"""What comes with a tier: once for reaching it in a year, once for a birthday."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate, now

from coupons import services as coupons_services
from coupons import tasks
from coupons.models import Coupon, CouponTemplate, TierGift
from ledger import services as ledger_services
from members.models import Member
from stores.errors import NotAllowed
from tests.factories.coupons import TemplateFactory, by_staff, by_task, everything
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, UserFactory
from tests.factories.tiers import TierFactory
from tiers.models import Standing, StandingChange, Tier, TierPolicy

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


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
    reached(member, gold, was=silver, at=LATER + timedelta(days=60))
    assert give(at=LATER + timedelta(days=61)) == 1


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


def test_a_birthday_is_once_a_year_and_for_those_of_the_tier(
    silver: Tier, gold: Tier
) -> None:
    gift(gold, occasion="birthday")
    golden, other = MemberFactory.create_batch(2)
    stands(golden, gold)
    stands(other, silver)

    def birthday(year: int) -> int:
        return coupons_services.give_birthday_gifts(
            audience=Member.objects.filter(pk__in=[golden.pk, other.pk]),
            year=year,
            by=by_task(),
            at=LATER,
        )

    assert [birthday(2026), birthday(2026), birthday(2027)] == [1, 0, 1]
    assert set(Coupon.objects.values_list("member_id", flat=True)) == {golden.pk}


def test_the_task_finds_todays_birthdays_and_those_that_were_missed(
    gold: Tier,
) -> None:
    gift(gold, occasion="birthday")
    today = localdate(now())
    for days_ago, member in enumerate(MemberFactory.create_batch(6)):
        born = today - timedelta(days=days_ago)
        Member.objects.filter(pk=member.pk).update(
            birth_calendar="solar",
            birth_month=born.month,
            birth_day=born.day,
            birthday_set_at=NOON,
        )
        stands(member, gold)

    assert tasks.give_birthday_gifts() == 4
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
