"""A coupon for a friend: a link, taken once, or taken back."""

from datetime import timedelta

import pytest

from coupons import services as coupons_services
from coupons.errors import (
    CouponNotUsable,
    GiftGone,
    GiftToOneself,
    MemberNotActive,
    NotGiveable,
)
from coupons.models import Coupon, CouponGift, CouponUse
from coupons.services import Offer
from coupons.services.locks import locked_one
from members.models import Member
from tests.factories.coupons import (
    TemplateFactory,
    by_task,
    everything,
    gone,
    issued,
    visit_pass,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def giveable() -> Coupon:
    return issued(TemplateFactory.drawn(is_transferable=True))


def offered(coupon: Coupon, **facts: object) -> Offer:
    asked = {
        "coupon_id": coupon.pk,
        "member_id": coupon.member_id,
        "by": by_task(),
        "at": NOON,
        **facts,
    }
    return coupons_services.offer(**asked)  # type: ignore[arg-type]  # as asked


def taken(token: str, member: Member, **facts: object) -> int:
    asked = {
        "token": token,
        "member_id": member.pk,
        "by": by_task(),
        "at": LATER,
        **facts,
    }
    return coupons_services.accept(**asked)  # type: ignore[arg-type]  # as asked


def test_a_friend_takes_it_on_the_same_terms() -> None:
    coupon, friend = giveable(), MemberFactory.create()
    giver = coupon.member_id
    offer = offered(coupon)

    assert taken(offer.token, friend) == coupon.pk

    coupon.refresh_from_db()
    assert (coupon.member_id, coupon.issued_to_id) == (friend.pk, giver)
    assert coupon.status == "issued"
    acts = CouponUse.objects.order_by("pk").values_list("act", "member_id")
    assert list(acts) == [("offered", giver), ("accepted", friend.pk)]


def test_the_token_is_kept_by_nobody() -> None:
    offer = offered(giveable())

    assert offer.token not in "".join(everything())
    assert bytes(CouponGift.objects.get().digest) not in (offer.token.encode(), b"")


def test_while_it_waits_nobody_uses_it() -> None:
    coupon = giveable()
    offered(coupon)
    before = everything()

    with pytest.raises(CouponNotUsable) as refusal:
        offered(coupon)

    assert refusal.value.code == "coupon_offered"
    assert everything() == before


def test_it_is_taken_once() -> None:
    offer = offered(giveable())
    taken(offer.token, MemberFactory.create())
    before = everything()

    with pytest.raises(GiftGone):
        taken(offer.token, MemberFactory.create())

    assert everything() == before


def test_it_can_be_taken_back_until_it_is_taken() -> None:
    coupon = giveable()
    offer = offered(coupon)
    back = {"coupon_id": coupon.pk, "by": by_task(), "at": LATER}

    with pytest.raises(GiftGone):
        coupons_services.take_back(member_id=MemberFactory.create().pk, **back)  # type: ignore[arg-type]  # as named
    coupons_services.take_back(member_id=coupon.member_id or 0, **back)  # type: ignore[arg-type]  # as named

    coupon.refresh_from_db()
    assert coupon.status == "issued"
    before = everything()
    with pytest.raises(GiftGone):
        taken(offer.token, MemberFactory.create())
    with pytest.raises(GiftGone):
        coupons_services.take_back(member_id=coupon.member_id or 0, **back)  # type: ignore[arg-type]  # as named
    assert everything() == before


def test_after_its_days_it_is_gone_and_lapses_back() -> None:
    coupon = giveable()
    offer = offered(coupon)
    before = everything()

    with pytest.raises(GiftGone):
        taken(offer.token, MemberFactory.create(), at=offer.lapses_at)
    assert everything() == before
    lapse = {"by": by_task(), "at": offer.lapses_at}
    assert coupons_services.lapse_gifts(by=by_task(), at=LATER) == 0
    assert coupons_services.lapse_gifts(**lapse) == 1  # type: ignore[arg-type]  # as named
    assert coupons_services.lapse_gifts(**lapse) == 0  # type: ignore[arg-type]  # as named

    coupon.refresh_from_db()
    assert coupon.status == "issued"
    assert CouponGift.objects.get().ended_as == "lapsed"


def test_a_gift_that_ends_while_the_sweep_runs_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = giveable(), giveable()
    at = max(offered(first).lapses_at, offered(second).lapses_at)

    def taken_back_meanwhile(coupon_id: int) -> Coupon | None:
        if coupon_id == first.pk:
            CouponGift.objects.filter(coupon_id=first.pk).update(
                ended_at=at, ended_as=CouponGift.Ended.TAKEN_BACK
            )
        return locked_one(coupon_id)

    monkeypatch.setattr("coupons.services.gift.locked_one", taken_back_meanwhile)
    assert coupons_services.lapse_gifts(by=by_task(), at=at) == 1
    ended = dict(CouponGift.objects.values_list("coupon_id", "ended_as"))
    assert ended == {first.pk: "taken_back", second.pk: "lapsed"}


def test_a_gift_does_not_outlive_its_coupon() -> None:
    coupon = issued(TemplateFactory.drawn(is_transferable=True, lasts_days=1))

    assert offered(coupon).lapses_at == coupon.valid_until


def test_not_to_oneself() -> None:
    coupon = giveable()
    offer = offered(coupon)
    before = everything()

    with pytest.raises(GiftToOneself):
        taken(offer.token, Member.objects.get(pk=coupon.member_id or 0))

    assert everything() == before


def test_not_to_who_is_gone() -> None:
    offer = offered(giveable())
    friend = gone()
    before = everything()

    with pytest.raises(MemberNotActive):
        taken(offer.token, friend)

    assert everything() == before


@pytest.mark.parametrize("token", ["", "no such", "🎁", "\x00", "x" * 5000])
def test_a_made_up_link_is_a_gift_that_is_gone(token: str) -> None:
    offered(giveable())

    with pytest.raises(GiftGone):
        taken(token, MemberFactory.create())


def test_only_what_says_so_is_given_and_only_by_its_holder() -> None:
    fixed, other = issued(), giveable()
    before = everything()

    with pytest.raises(NotGiveable):
        offered(fixed)
    # Whoever asks cannot tell a stranger's coupon from one that does not exist.
    for told in ({"member_id": fixed.member_id}, {"coupon_id": 10**9}):
        with pytest.raises(CouponNotUsable) as refusal:
            offered(other, **told)
        assert refusal.value.code == "coupon_unknown"
    with pytest.raises(CouponNotUsable):
        offered(other, at=other.valid_until)

    assert everything() == before


def test_a_pass_that_was_begun_stays_with_its_holder() -> None:
    coupon = issued(visit_pass(3, is_transferable=True))
    coupons_services.redeem_step(
        redemptions=[coupons_services.Redemption(coupon.pk)],
        member_id=coupon.member_id,
        reference="sale:1",
        by=by_task(),
        at=NOON,
        key="sale:1",
    )

    with pytest.raises(NotGiveable):
        offered(coupon)
