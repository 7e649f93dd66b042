"""A member's coupons in a merge, an export and an erasure."""

import pytest

from coupons import services as coupons_services
from coupons.models import Coupon, CouponGift, TemplateMember
from coupons.parts import CouponsPart
from members.parts import all_parts
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
PART = CouponsPart()


def test_it_is_registered() -> None:
    assert "coupons" in {part.word for part in all_parts()}


def test_a_merge_moves_coupons_gifts_and_counts() -> None:
    template = TemplateFactory.drawn(per_member=2, is_transferable=True)
    source, target = MemberFactory.create_batch(2)
    moved, offered = issued(template, source), issued(template, source)
    issued(template, target)
    coupons_services.offer(
        coupon_id=offered.pk, member_id=source.pk, by=by_task(), at=NOON
    )

    PART.move(
        source_id=source.pk, target_id=target.pk, by=by_task(), at=NOON, key="merge:1"
    )

    assert Coupon.objects.filter(member=target).count() == 3
    assert CouponGift.objects.get().giver == target
    assert TemplateMember.objects.get().issued == 3
    moved.refresh_from_db()
    assert moved.issued_to == source
    coupons_services.take_back(
        coupon_id=offered.pk, member_id=target.pk, by=by_task(), at=NOON
    )


def test_what_is_held_is_said_and_exported() -> None:
    coupon = issued()
    member_id = coupon.member_id or 0

    assert PART.held(member_id=member_id, at=NOON) == ["Unused coupons: 1"]
    exported = PART.export(member_id=member_id)
    assert exported["coupons"][0]["code"] == coupon.code
    PART.forget(member_id=member_id, by=by_task(), at=NOON)
    assert PART.held(member_id=member_id, at=coupon.valid_until) == []
    assert PART.held(member_id=MemberFactory.create().pk, at=NOON) == []
