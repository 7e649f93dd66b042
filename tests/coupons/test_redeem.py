"""Redeeming in a sale, releasing on a void, giving back on a refund."""

from datetime import timedelta

import pytest
from django.db import transaction

from coupons import services as coupons_services
from coupons.errors import CouponNotUsable
from coupons.models import Coupon, CouponUse
from coupons.services import GivenBack, Redemption
from ledger.errors import IdempotencyConflict
from tests.factories.coupons import (
    TemplateFactory,
    by_task,
    everything,
    issued,
    visit_pass,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def redeem(*coupons: Coupon, key: str = "sale:1", **facts: object) -> list[int]:
    asked = {
        "redemptions": [Redemption(coupon.pk, 10_00) for coupon in coupons],
        "member_id": coupons[0].member_id,
        "reference": key,
        "by": by_task(),
        "at": NOON,
        "key": key,
        **facts,
    }
    with transaction.atomic():  # the sale's
        return coupons_services.redeem_step(**asked)  # type: ignore[arg-type]  # as asked


def give_back(reference: str = "sale:1", **facts: object) -> list[GivenBack]:
    asked = {
        "reference": reference,
        "whole": True,
        "by": by_task(),
        "at": NOON + timedelta(days=1),
        "key": f"refund:{reference}",
        **facts,
    }
    return coupons_services.return_step(**asked)  # type: ignore[arg-type]  # as asked


def test_a_coupon_is_used_up_by_its_sale() -> None:
    coupon = issued()

    acts = redeem(coupon)

    coupon.refresh_from_db()
    assert (coupon.status, coupon.uses_left) == ("redeemed", 0)
    use = CouponUse.objects.get()
    assert acts == [use.pk]
    assert (use.act, use.reference, use.saving) == ("redeemed", "sale:1", 10_00)


def test_a_sale_sent_twice_uses_it_once() -> None:
    coupon = issued()

    assert redeem(coupon) == redeem(coupon)
    assert CouponUse.objects.count() == 1


def test_another_sale_under_the_same_key_is_refused() -> None:
    one, two = issued(), issued()
    redeem(one)
    before = everything()

    with pytest.raises(IdempotencyConflict):
        redeem(one, two)
    with pytest.raises(IdempotencyConflict):
        redeem(one, redemptions=[Redemption(one.pk, 9_00)])

    assert everything() == before
    three, four = issued(member=one.member), issued(member=one.member)
    redeem(three, four, key="sale:2")
    before = everything()
    for fewer in ([three], [four]):
        with pytest.raises(IdempotencyConflict):
            redeem(*fewer, key="sale:2")
    assert everything() == before


@pytest.mark.parametrize(
    ("days", "why"), [(-1, "not_yet"), (60, "expired")], ids=["early", "late"]
)
def test_outside_its_days_it_is_refused(days: int, why: str) -> None:
    coupon = issued()
    before = everything()

    with pytest.raises(CouponNotUsable) as refusal:
        redeem(coupon, at=NOON + timedelta(days=days))

    assert refusal.value.code == f"coupon_{why}"
    assert everything() == before


def test_it_ends_at_the_very_moment_whenever_anything_is_swept() -> None:
    coupon = issued()
    last = coupon.valid_until - timedelta(microseconds=1)

    with pytest.raises(CouponNotUsable):
        redeem(coupon, at=coupon.valid_until)
    redeem(coupon, at=last)


def test_anothers_coupon_is_refused_and_the_whole_sale_with_it() -> None:
    mine, other = issued(), issued()
    before = everything()

    with pytest.raises(CouponNotUsable) as refusal:
        redeem(mine, other)

    assert refusal.value.code == "coupon_other_member"
    assert refusal.value.facts["coupon"] == other.pk
    assert everything() == before


def test_a_coupon_that_never_was_is_refused() -> None:
    coupon = issued()
    before = everything()

    with pytest.raises(CouponNotUsable) as refusal:
        redeem(coupon, redemptions=[Redemption(10**12, 1)])

    assert refusal.value.code == "coupon_unknown"
    assert everything() == before


def test_a_pass_serves_several_at_one_table_and_no_more_than_it_has() -> None:
    coupon = issued(visit_pass(3))
    redeem(coupon, coupon)
    coupon.refresh_from_db()
    assert (coupon.status, coupon.uses_left) == ("issued", 1)
    before = everything()

    with pytest.raises(CouponNotUsable) as refusal:
        redeem(coupon, coupon, key="sale:2")

    assert refusal.value.code == "coupon_uses"
    assert everything() == before
    redeem(coupon, key="sale:3")
    coupon.refresh_from_db()
    assert coupon.status == "redeemed"


def test_nothing_to_redeem_is_nothing_done() -> None:
    assert redeem(issued(), redemptions=[]) == []


def test_a_void_makes_it_as_if_it_had_not_been() -> None:
    coupon = issued()
    redeem(coupon)

    outcomes = coupons_services.release_step(
        reference="sale:1", by=by_task(), at=NOON, key="void:1"
    )

    coupon.refresh_from_db()
    assert [outcome.is_back for outcome in outcomes] == [True]
    assert (coupon.status, coupon.uses_left) == ("issued", 1)
    again = coupons_services.release_step(
        reference="sale:1", by=by_task(), at=NOON, key="void:2"
    )
    assert again == []
    assert CouponUse.objects.filter(act="released").count() == 1
    redeem(coupon, key="sale:2")


def test_a_refund_of_the_whole_sale_gives_it_back() -> None:
    coupon = issued()
    redeem(coupon)

    outcomes = give_back()

    coupon.refresh_from_db()
    assert outcomes == [GivenBack(coupon.pk, is_back=True)]
    assert (coupon.status, coupon.uses_left) == ("issued", 1)
    assert give_back(key="refund:again") == []


def test_a_refund_of_a_part_gives_nothing_back() -> None:
    coupon = issued()
    redeem(coupon)
    before = everything()

    assert give_back(whole=False) == []
    assert everything() == before


def test_an_expired_coupon_is_never_given_back() -> None:
    """Elsewhere a refund made what had expired usable again."""
    coupon = issued()
    redeem(coupon)

    [outcome] = give_back(at=coupon.valid_until)

    coupon.refresh_from_db()
    assert (outcome.is_back, outcome.code) == (False, "expired")
    assert outcome.sentence == "It has expired and is not given back."
    assert (coupon.status, coupon.uses_left) == ("redeemed", 0)
    assert CouponUse.objects.get(act="kept").reason == "expired"
    with pytest.raises(CouponNotUsable):
        redeem(coupon, key="sale:2", at=coupon.valid_until)


def test_what_is_given_back_lasts_at_least_a_week() -> None:
    coupon = issued()
    redeem(coupon)
    refunded_at = coupon.valid_until - timedelta(hours=1)

    give_back(at=refunded_at)

    coupon.refresh_from_db()
    assert coupon.valid_until == refunded_at + timedelta(days=7)


def test_what_has_long_to_live_keeps_its_end() -> None:
    coupon = issued()
    redeem(coupon)

    give_back()

    end = coupon.valid_until
    coupon.refresh_from_db()
    assert coupon.valid_until == end


def test_a_coupon_that_says_so_is_not_given_back() -> None:
    coupon = issued(TemplateFactory.drawn(is_returnable=False))
    redeem(coupon)

    [outcome] = give_back()

    coupon.refresh_from_db()
    assert outcome.code == "not_returnable"
    assert coupon.status == "redeemed"


def test_a_pass_that_was_used_up_is_open_again_after_a_refund() -> None:
    """Elsewhere an exhausted pass stayed closed when its last visit was refunded."""
    coupon = issued(visit_pass(2))
    redeem(coupon, key="sale:1")
    redeem(coupon, key="sale:2")
    coupon.refresh_from_db()
    assert coupon.status == "redeemed"

    give_back("sale:2")

    coupon.refresh_from_db()
    assert (coupon.status, coupon.uses_left) == ("issued", 1)
    redeem(coupon, key="sale:3")
    coupon.refresh_from_db()
    assert (coupon.status, coupon.uses_left) == ("redeemed", 0)


def test_a_voided_coupon_stays_void_when_its_sale_is_refunded() -> None:
    coupon = issued(visit_pass(2))
    redeem(coupon)
    coupons_services.void_coupon(
        coupon_id=coupon.pk, reason="copied", by=by_task(), at=NOON
    )

    [outcome] = give_back()
    released = coupons_services.release_step(
        reference="sale:1", by=by_task(), at=NOON, key="void:1"
    )

    coupon.refresh_from_db()
    assert outcome.code == released[0].code == "void"
    assert (coupon.status, coupon.uses_left) == ("void", 1)


def test_a_printed_coupon_serves_whoever_brings_it() -> None:
    template = TemplateFactory.drawn()
    batch = coupons_services.make_batch(
        template_id=template.pk,
        quantity=1,
        reason="flyers",
        by=by_task(),
        at=NOON,
        key="batch:1",
    )
    coupons_services.export_batch(issue_id=batch, by=by_task(), at=NOON)
    coupon = Coupon.objects.get()

    redeem(coupon, member_id=MemberFactory.create().pk)

    coupon.refresh_from_db()
    assert coupon.status == "redeemed"
