"""Giving oneself something."""

from datetime import timedelta

from coupons import services as coupons_services
from points import services as points_services
from tests.factories import points as points_factory
from tests.factories.coupons import TemplateFactory, issued, printed
from tests.factories.stores import NOON
from tests.factories.tiers import TierFactory
from tiers import services as tiers_services

from .world import KEY, Do, OwnAct, World


def points_given(world: World) -> Do:
    return lambda approval: points_services.grant_points(
        member_id=world.member.pk,
        points=50,
        reason="nice",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def stamps_given(world: World) -> Do:
    programme = points_factory.StampProgrammeFactory.create()
    return lambda _none: points_services.give_stamps(
        programme_code=programme.code,
        member_id=world.member.pk,
        amount=100_00,
        by=world.by,
        at=NOON,
        key=KEY,
    )


def coupon_issued(world: World) -> Do:
    template = TemplateFactory.drawn()
    return lambda approval: coupons_services.issue(
        template_id=template.pk,
        member_id=world.member.pk,
        reason="nice",
        by=world.by,
        at=NOON,
        key=KEY,
        approval=approval,
    )


def coupon_claimed(world: World) -> Do:
    template = TemplateFactory.drawn(is_claimable=True)
    return lambda _none: coupons_services.claim(
        template_id=template.pk,
        member_id=world.member.pk,
        by=world.by,
        at=NOON,
        key=KEY,
    )


def printed_coupon_claimed(world: World) -> Do:
    [code] = printed(TemplateFactory.drawn())
    return lambda _none: coupons_services.claim_by_code(
        typed=code,
        member_id=world.member.pk,
        subject="till",
        by=world.by,
        at=NOON,
        key=KEY,
    )


def coupon_accepted(world: World) -> Do:
    """A friend gave it, and the friend's link is opened at the till."""
    held = issued(TemplateFactory.drawn(is_transferable=True))
    offer = coupons_services.offer(
        coupon_id=held.pk, member_id=held.member_id or 0, by=world.till, at=NOON
    )
    return lambda _none: coupons_services.accept(
        token=offer.token, member_id=world.member.pk, by=world.by, at=NOON
    )


def a_tier(world: World, *, mine: bool) -> None:
    tiers_services.give_tier(
        tier_id=TierFactory.create().pk,
        member_id=world.member.pk,
        until=NOON + timedelta(days=30),
        reason="nice",
        by=world.by if mine else world.till,
        at=NOON,
        key=KEY,
    )


def tier_given(world: World) -> Do:
    return lambda _none: a_tier(world, mine=True)


def tier_taken(world: World) -> Do:
    a_tier(world, mine=False)
    return lambda _none: tiers_services.take_tier(
        member_id=world.member.pk, reason="x", by=world.by, at=NOON
    )


GIFTS = {
    "points given": OwnAct("points.grant_points", "gift", points_given, asks=True),
    "stamps given": OwnAct("points.give_stamps", "gift", stamps_given),
    "coupon": OwnAct("coupons.issue", "gift", coupon_issued, asks=True),
    "coupon claimed": OwnAct("coupons.claim", "gift", coupon_claimed),
    "coupon code": OwnAct("coupons.claim_by_code", "gift", printed_coupon_claimed),
    "coupon accepted": OwnAct("coupons.accept", "gift", coupon_accepted),
    "tier given": OwnAct("tiers.give_tier", "gift", tier_given),
    "tier taken": OwnAct("tiers.take_tier", "gift", tier_taken),
}
