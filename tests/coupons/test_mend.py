"""Voiding, extending, and taking back what was given for nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from common.text import InvisibleText
from coupons import services as coupons_services
from coupons.errors import CouponNotUsable, NotExtendable, ReasonRefused
from coupons.models import Coupon, CouponGift, CouponUse
from coupons.services import Redemption
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import ApiKey, AuditEvent, Store
from tests.factories.coupons import (
    TemplateFactory,
    by_staff,
    by_task,
    everything,
    issued,
    visit_pass,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def void(coupon: Coupon, reason: str = "copied", **facts: object) -> None:
    asked = {"coupon_id": coupon.pk, "reason": reason, "by": by_task(), "at": NOON}
    coupons_services.void_coupon(**{**asked, **facts})  # type: ignore[arg-type]  # as asked


def extend(coupon: Coupon, until: datetime, **facts: object) -> None:
    asked = {
        "coupon_id": coupon.pk,
        "until": until,
        "reason": "we were closed",
        "by": by_task(),
        "at": NOON,
        **facts,
    }
    coupons_services.extend_coupon(**asked)  # type: ignore[arg-type]  # as asked


def extend_a_month(coupon: Coupon, **facts: object) -> None:
    extend(coupon, coupon.valid_until + timedelta(days=30), **facts)


def a_key_of(store: Store) -> ApiKey:
    key, _text = stores_services.create_api_key(
        name="till", store=store, scopes=(), at=NOON
    )
    return key


def use(coupon: Coupon, times: int = 1) -> None:
    coupons_services.redeem_step(
        redemptions=[Redemption(coupon.pk)] * times,
        member_id=coupon.member_id,
        reference="sale:1",
        by=by_task(),
        at=NOON,
        key=f"sale:{coupon.pk}",
    )


def test_a_voided_coupon_is_worth_nothing_and_says_why() -> None:
    coupon = issued()

    void(coupon)
    void(coupon, reason="again")

    coupon.refresh_from_db()
    assert coupon.status == "void"
    assert CouponUse.objects.get().reason == "copied"
    assert AuditEvent.objects.filter(act="coupons.voided").count() == 1


def test_a_gift_on_its_way_ends_with_its_coupon() -> None:
    coupon = issued(TemplateFactory.drawn(is_transferable=True))
    coupons_services.offer(
        coupon_id=coupon.pk, member_id=coupon.member_id or 0, by=by_task(), at=NOON
    )

    void(coupon)

    assert CouponGift.objects.get().ended_as == "taken_back"


def test_what_is_used_is_not_voided() -> None:
    coupon = issued()
    use(coupon)
    before = everything()

    with pytest.raises(CouponNotUsable):
        void(coupon)
    with pytest.raises(CouponNotUsable):
        void(coupon, coupon_id=10**9)

    assert everything() == before


@pytest.mark.parametrize("reason", ["", " ", "\x00"])
def test_mending_says_why(reason: str) -> None:
    coupon = issued()
    before = everything()

    with pytest.raises(ReasonRefused):
        void(coupon, reason)
    with pytest.raises(ReasonRefused):
        extend(coupon, coupon.valid_until + timedelta(days=1), reason=reason)

    assert everything() == before


def test_mending_is_for_managers() -> None:
    coupon = issued()
    before = everything()

    for role in ("cashier", "shift-lead", "marketing", "auditor"):
        by = by_staff(UserFactory.holding(role))
        with pytest.raises(NotAllowed):
            void(coupon, by=by)
        with pytest.raises(NotAllowed):
            extend(coupon, coupon.valid_until + timedelta(days=1), by=by)

    assert everything() == before


def test_a_coupon_is_extended_also_after_its_end() -> None:
    coupon = issued()
    later = coupon.valid_until + timedelta(days=2)

    extend(coupon, later + timedelta(days=5), at=later)

    coupon.refresh_from_db()
    assert coupon.valid_until == later + timedelta(days=5)


def test_what_has_expired_is_not_extended_to_a_moment_that_is_past() -> None:
    coupon = issued()
    before = everything()
    later = coupon.valid_until + timedelta(days=2)

    for until in (coupon.valid_until + timedelta(days=1), later):
        with pytest.raises(NotExtendable):
            extend(coupon, until, at=later)

    assert everything() == before


@pytest.mark.parametrize("days", [-400, -1, 0, 4000])
def test_it_is_not_extended_backwards_or_for_ever(days: int) -> None:
    coupon = issued()
    before = everything()

    with pytest.raises(NotExtendable):
        extend(coupon, coupon.valid_until + timedelta(days=days))

    assert everything() == before


def test_what_is_used_or_void_is_not_extended() -> None:
    used, dead = issued(), issued()
    use(used)
    void(dead)
    before = everything()

    for coupon in (used, dead):
        with pytest.raises(CouponNotUsable):
            extend(coupon, coupon.valid_until + timedelta(days=1))

    assert everything() == before


def test_taking_back_spares_what_is_used_whoever_holds_the_rest() -> None:
    template = visit_pass(2, is_transferable=True)
    member = MemberFactory.create()
    given = coupons_services.issue(
        template_id=template.pk,
        member_id=member.pk,
        quantity=4,
        by=by_task(),
        at=NOON,
        key="top-up:1:coupons",
        source="top_up",
    )
    used, begun, sent, fresh = Coupon.objects.filter(pk__in=given.coupon_ids)
    use(used, times=2)
    use(begun)
    offer = coupons_services.offer(
        coupon_id=sent.pk, member_id=member.pk, by=by_task(), at=NOON
    )
    coupons_services.accept(
        token=offer.token, member_id=MemberFactory.create().pk, by=by_task(), at=NOON
    )
    asked = {"issue_key": "top-up:1:coupons", "by": by_task(), "at": NOON}

    revoked = coupons_services.revoke_unused_step(**asked, reason="refunded")  # type: ignore[arg-type]  # as named
    again = coupons_services.revoke_unused_step(**asked, reason="refunded")  # type: ignore[arg-type]  # as named

    assert revoked.revoked == (begun.pk, sent.pk, fresh.pk)
    assert revoked.used == again.used == (used.pk,)
    assert again.revoked == ()
    assert Coupon.objects.filter(status="void").count() == 3


@pytest.mark.parametrize("act", [void, extend_a_month])
def test_only_the_store_that_gave_a_coupon_mends_it_or_the_brand(
    act: Callable[..., None],
) -> None:
    store, elsewhere = StoreFactory.create(), StoreFactory.create()
    coupon = issued(by=by_staff(UserFactory.create(is_superuser=True), store=store))
    strangers = [
        by_staff(
            UserFactory.holding("store-manager", store=elsewhere), store=elsewhere
        ),
        stores_services.act(key=a_key_of(elsewhere), store=elsewhere, at=NOON),
    ]
    before = everything()

    for by in strangers:
        with pytest.raises(NotAllowed):
            act(coupon, by=by)
    assert everything() == before

    act(
        coupon,
        by=by_staff(UserFactory.holding("store-manager", store=store), store=store),
    )
    assert everything() != before


@pytest.mark.parametrize("act", [void, extend_a_month])
def test_a_manager_at_another_store_does_there_only_what_is_given_there(
    act: Callable[..., None],
) -> None:
    """Though the coupon is of the store where they manage."""
    store, elsewhere = StoreFactory.create(), StoreFactory.create()
    coupon = issued(by=by_staff(UserFactory.create(is_superuser=True), store=store))
    manager = UserFactory.holding("store-manager", store=store)
    before = everything()

    with pytest.raises(NotAllowed):
        act(coupon, by=by_staff(manager, store=elsewhere))

    assert everything() == before


def test_a_brands_coupon_is_no_stores_to_void() -> None:
    store, coupon = StoreFactory.create(), issued()
    manager = UserFactory.holding("store-manager", store=store)

    with pytest.raises(NotAllowed):
        void(coupon, by=by_staff(manager, store=store))

    coupon.refresh_from_db()
    assert coupon.status == "issued"


@pytest.mark.parametrize("act", [void, extend_a_month])
@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x01", "\n"])
def test_nothing_hides_in_a_reason(act: Callable[..., None], hidden: str) -> None:
    coupon = issued()
    before = everything()

    with pytest.raises(InvisibleText):
        act(coupon, reason=f"copied{hidden}=1+1")

    assert everything() == before
