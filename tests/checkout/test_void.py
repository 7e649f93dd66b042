"""A sale that was a mistake: undone in the same shift, as if it had not been."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checkout import services as checkout_services
from checkout.errors import NotVoidable
from checkout.models import Refund, Sale
from coupons.kinds import CouponStatus
from ledger import selectors as ledger_selectors
from ledger.services import Act
from members.models import StaffMembership
from outbox.models import Event
from recognition.models import Visit
from stores import services as stores_services
from stores.errors import ApprovalNeeded, BeneficiaryRefused
from stores.models import Approval, Shift, User
from tests.checkout.giving_back import LATER, refund, void
from tests.checkout.state import books, lots
from tests.factories import points as points_factory
from tests.factories import stored_value as wallet_factory
from tests.factories.checkout import a_sale, at_store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import own_card
from tests.factories.stores import NOON, PIN, ShiftFactory, TillFactory, UserFactory

pytestmark = pytest.mark.django_db


def a_shift(sale: Sale) -> Shift:
    """Another one at the same store."""
    shift: Shift = ShiftFactory.create(till=TillFactory.create(store=sale.store))
    return shift


def in_shift(role: str = "shift-lead", shift: Shift | None = None) -> tuple[Act, User]:
    shift = shift or ShiftFactory.create()
    user = UserFactory.holding(role, store=shift.store)
    return stores_services.act(staff=user, shift=shift, at=LATER), user


def test_a_void_leaves_everything_as_if_it_had_not_been() -> None:
    member = points_factory.holding(3_000)
    coupon = issued(TemplateFactory.drawn(), member)
    before, lots_before = books(), lots()
    sale = a_sale(90_00, member=member, points=1_000, coupons=[coupon], discount=10_00)
    given = void(sale)
    sale.refresh_from_db()
    coupon.refresh_from_db()
    assert (given.is_void, given.amount, sale.status) == (True, 90_00, "void")
    assert coupon.status == CouponStatus.ISSUED
    assert Visit.objects.get(reference=str(sale.pk)).voided_at is not None
    assert {word for word, change in books(since=before).items() if change} == set()
    assert lots() == lots_before
    assert Event.objects.get(kind="sale.voided").payload["is_whole"] is True
    assert wallet_factory.is_proven()


def test_a_void_is_for_the_same_shift_or_without_one_for_the_same_day() -> None:
    mine, _ = in_shift()
    sale = a_sale(by=mine)
    another, _ = in_shift(shift=a_shift(sale))
    before = books()
    for by in (another, at_store(sale.store)):
        with pytest.raises(NotVoidable) as refused:
            void(sale, by=by)
        assert refused.value.code == "not_voidable"
    assert books() == before
    assert void(sale, by=mine).shift_id == mine.shift_id
    through_api = a_sale()
    tomorrow = LATER + timedelta(days=1)
    late = replace(at_store(through_api.store), business_date=tomorrow.date())
    with pytest.raises(NotVoidable):
        void(through_api, by=late, at=tomorrow)
    void(through_api)


def test_a_shift_that_was_left_open_voids_nothing_of_the_day_before() -> None:
    mine, user = in_shift()
    sale = a_sale(by=mine)
    before = books()
    at = LATER + timedelta(days=1)
    shift = Shift.objects.get(pk=mine.shift_id or 0)
    with pytest.raises(NotVoidable) as refused:
        void(sale, by=stores_services.act(staff=user, shift=shift, at=at), at=at)
    assert refused.value.code == "not_voidable"
    assert books() == before


def test_what_is_void_or_refunded_is_not_voided() -> None:
    sale = a_sale()
    first = void(sale, key="once")
    assert void(sale, key="once").pk == first.pk
    with pytest.raises(NotVoidable) as refused:
        void(sale)
    assert refused.value.code == "already_void"
    with pytest.raises(NotVoidable):
        refund(sale)
    for amount in (1, None):
        refunded = a_sale()
        refund(refunded, amount)
        with pytest.raises(NotVoidable) as refused:
            void(refunded)
        assert refused.value.code == "already_refunded"


def test_a_cashier_alone_gives_nothing_back() -> None:
    sale = a_sale()
    shift = a_shift(sale)
    by, _ = in_shift("cashier", shift)
    before = books()
    with pytest.raises(ApprovalNeeded):
        void(sale, by=by)
    with pytest.raises(ApprovalNeeded):
        refund(sale, by=by)
    assert books() == before
    assert not Refund.objects.exists()


def approved(sale: Sale, maker: User, checker: User, amount: int) -> Approval:
    approval = stores_services.request_approval(
        act="checkout.refund_sale",
        maker=maker,
        store=sale.store,
        amount=amount,
        reason="cold soup",
        at=LATER,
        subject=checkout_services.subject_of(sale.pk),
    )
    stores_services.approve(approval=approval, checker=checker, secret=PIN, at=LATER)
    return approval


def test_above_the_limit_a_second_person_stands_by() -> None:
    sale = a_sale(600_00)
    shift = a_shift(sale)
    by, lead = in_shift("shift-lead", shift)
    manager = UserFactory.holding("store-manager", store=sale.store)
    before = books()
    with pytest.raises(ApprovalNeeded):
        refund(sale, by=by)
    assert books() == before
    refund(sale, 400_00, by=by)
    approval = approved(sale, lead, manager, 200_00)
    given = refund(sale, by=by, approval=approval)
    assert given.approver_id == manager.pk


def test_nobody_refunds_their_own_bill_nor_approves_it() -> None:
    member = points_factory.holding(1_000)
    sale = a_sale(member=member)
    shift = a_shift(sale)
    by, lead = in_shift("shift-lead", shift)
    own_card(lead, member)
    before = books()
    with pytest.raises(BeneficiaryRefused):
        refund(sale, by=by)
    another, maker = in_shift("shift-lead", a_shift(sale))
    manager = UserFactory.holding("store-manager", store=sale.store)
    StaffMembership.objects.update(ended_at=NOON)
    own_card(manager, member)
    approval = approved(sale, maker, manager, sale.net)
    with pytest.raises(BeneficiaryRefused):
        refund(sale, by=another, approval=approval)
    assert books() == before
    assert not Refund.objects.exists()


def test_cash_given_back_lowers_what_the_shift_expects() -> None:
    by, _ = in_shift()
    sale = a_sale(100_00, by=by, tenders=[("cash", 60_00), ("wechat", 40_00)])
    refund(sale, 50_00, by=by, to="cash")
    shift_id = by.shift_id or 0
    totals = ledger_selectors.tender_totals(shift_id=shift_id)
    assert totals == {"cash": 10_00, "wechat": 40_00}
    later, _ = in_shift(shift=a_shift(sale))
    refund(sale, by=later, to="cash")
    assert ledger_selectors.tender_totals(shift_id=later.shift_id or 0) == {
        "cash": -50_00
    }
    assert ledger_selectors.tender_totals(shift_id=shift_id) == totals
