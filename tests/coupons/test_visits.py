"""A visit taken off a pass without a bill, and put back when it was a mistake."""

import pytest

from coupons import services as coupons_services
from coupons.errors import CouponNotUsable, NothingToGiveBack, PassNotHere
from coupons.kinds import CouponStatus
from coupons.models import Coupon, CouponUse
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members.models import Member
from recognition.models import Visit
from stores.errors import NotAllowed
from tests.factories.coupons import by_staff, issued, visit_pass
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Act:
    store = StoreFactory.create()
    return by_staff(UserFactory.holding("cashier", store=store), store=store)


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


def use(held: Coupon, member: Member, by: Act, key: str = "visit:1") -> Coupon:
    return coupons_services.use_visit(
        coupon_id=held.pk, member_id=member.pk, by=by, at=NOON, key=key
    )


def left(held: Coupon) -> tuple[int, str]:
    held.refresh_from_db()
    return held.uses_left, held.status


def test_a_visit_is_taken_once_for_a_key_and_its_guest_came(
    by: Act, member: Member
) -> None:
    held = issued(visit_pass(2), member)
    for _ in range(3):
        assert use(held, member, by).uses_left == 1
    visit = Visit.objects.get()
    assert (visit.member_id, visit.store_id, visit.amount) == (
        member.pk,
        by.store_id,
        0,
    )
    assert left(held) == (1, CouponStatus.ISSUED)
    use(held, member, by, "visit:2")
    assert left(held) == (0, CouponStatus.REDEEMED)
    assert use(held, member, by, "visit:2").uses_left == 0
    with pytest.raises(CouponNotUsable):
        use(held, member, by, "visit:3")
    assert Visit.objects.count() == 2


def test_friends_who_come_along_take_visits_too_all_or_none(
    by: Act, member: Member
) -> None:
    held = issued(visit_pass(4), member)

    def several(visits: int, key: str) -> Coupon:
        return coupons_services.use_visit(
            coupon_id=held.pk,
            member_id=member.pk,
            by=by,
            at=NOON,
            key=key,
            visits=visits,
        )

    for _ in range(2):
        assert several(3, "k").uses_left == 1
    assert Visit.objects.count() == 1
    for visits in (1, 2, 4):
        with pytest.raises(IdempotencyConflict):
            several(visits, "k")
    with pytest.raises(CouponNotUsable) as refused:
        several(2, "another")
    assert refused.value.code == "coupon_uses"
    assert left(held) == (1, CouponStatus.ISSUED)
    back = coupons_services.give_back_visit(coupon_id=held.pk, by=by, at=NOON)
    assert back.uses_left == 2
    assert Visit.objects.get().voided_at is None


def test_the_same_key_serves_no_other_pass(by: Act, member: Member) -> None:
    held, other = issued(visit_pass(2), member), issued(visit_pass(2), member)
    use(held, member, by)
    with pytest.raises(IdempotencyConflict):
        use(other, member, by)
    assert left(other) == (2, CouponStatus.ISSUED)


def test_what_is_no_pass_of_theirs_or_over_is_refused(by: Act, member: Member) -> None:
    theirs = issued(visit_pass(2))
    early = issued(visit_pass(2, starts_after_days=3), member)
    for held in (theirs, issued(member=member), early):
        before = left(held)
        with pytest.raises(CouponNotUsable):
            use(held, member, by)
        assert left(held) == before
    elsewhere = issued(visit_pass(2, weekdays=[(NOON.weekday() + 3) % 7]), member)
    with pytest.raises(PassNotHere):
        use(elsewhere, member, by)
    assert not CouponUse.objects.exists()
    assert not Visit.objects.exists()


def test_only_who_may_takes_a_visit(member: Member) -> None:
    store = StoreFactory.create()
    by = by_staff(UserFactory.holding("auditor", store=store), store=store)
    held = issued(visit_pass(2), member)
    with pytest.raises(NotAllowed):
        use(held, member, by)
    with pytest.raises(NotAllowed):
        coupons_services.give_back_visit(coupon_id=held.pk, by=by, at=NOON)
    assert left(held) == (2, CouponStatus.ISSUED)


def test_a_mistake_is_put_back_and_nobody_came(by: Act, member: Member) -> None:
    held = issued(visit_pass(1), member)
    use(held, member, by)
    assert left(held) == (0, CouponStatus.REDEEMED)

    coupons_services.give_back_visit(coupon_id=held.pk, by=by, at=NOON)

    assert left(held) == (1, CouponStatus.ISSUED)
    assert Visit.objects.get().voided_at == NOON
    with pytest.raises(NothingToGiveBack):
        coupons_services.give_back_visit(coupon_id=held.pk, by=by, at=NOON)
    use(held, member, by, "visit:2")
    assert left(held) == (0, CouponStatus.REDEEMED)


def test_another_store_or_day_puts_nothing_back(by: Act, member: Member) -> None:
    held = issued(visit_pass(2), member)
    use(held, member, by)
    other = StoreFactory.create()
    elsewhere = by_staff(UserFactory.holding("cashier", store=other), store=other)
    with pytest.raises(NothingToGiveBack):
        coupons_services.give_back_visit(coupon_id=held.pk, by=elsewhere, at=NOON)
    assert left(held) == (1, CouponStatus.ISSUED)
