"""Coupons and passes sold for money, and what is given back for them."""

import pytest

from coupons import services as coupons_services
from coupons.errors import CouponNotUsable, NotForSale, NothingToRefund
from coupons.models import Coupon, CouponUse
from coupons.services import Issued, Redemption
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from stores.errors import ApprovalNeeded, NotAllowed, TenderUnknown
from stores.models import Store
from tests.factories import ledger as books
from tests.factories.coupons import by_staff, everything, issued, visit_pass
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def manager(store: Store) -> Act:
    return by_staff(UserFactory.holding("store-manager", store=store), store=store)


def sold(by: Act, **facts: object) -> Issued:
    asked = {
        "tender": "wechat",
        "by": by,
        "at": NOON,
        "key": "till:1",
        **facts,
    }
    if "template_id" not in asked:
        asked["template_id"] = visit_pass(10, price=200_00, use_price=25_00).pk
    if "member_id" not in asked:
        asked["member_id"] = MemberFactory.create().pk
    return coupons_services.sell(**asked)  # type: ignore[arg-type]  # as asked


def refund(by: Act, coupon_id: int, key: str = "refund:1") -> int:
    return coupons_services.refund_pass(
        coupon_id=coupon_id, reason="moves away", by=by, at=NOON, key=key
    )


def visit(coupon_id: int, by: Act, times: int) -> None:
    coupon = Coupon.objects.get(pk=coupon_id)
    coupons_services.redeem_step(
        redemptions=[Redemption(coupon_id)] * times,
        member_id=coupon.member_id,
        reference="sale:1",
        by=by,
        at=NOON,
        key="sale:1",
    )


def tender_sum() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(CASE WHEN d.kind = 'tender' THEN p.amount"
            " ELSE -p.amount END), 0) FROM ledger_posting p"
            " JOIN ledger_account d ON d.id = p.debit_id"
        )
        return int(cursor.fetchone()[0])


def test_the_till_goes_up_and_the_member_has_a_pass(manager: Act) -> None:
    issue = sold(manager)

    [coupon] = Coupon.objects.filter(pk__in=issue.coupon_ids)
    assert (coupon.uses_left, coupon.issue.paid) == (10, 200_00)
    assert tender_sum() == 200_00
    assert ledger_services.prove_books().is_proven


def test_sold_twice_with_one_key_is_sold_once(manager: Act) -> None:
    template, member = visit_pass(10, price=200_00), MemberFactory.create()
    again = {"template_id": template.pk, "member_id": member.pk}

    first = sold(manager, **again)
    template.price = 300_00
    coupons_services.save_template(template=template, by=books.an_act(), at=NOON)
    second = sold(manager, **again)

    assert (second.coupon_ids, second.replayed) == (first.coupon_ids, True)
    assert tender_sum() == 200_00
    with pytest.raises(IdempotencyConflict):
        sold(manager, template_id=template.pk)


@pytest.mark.parametrize("tender", ["", "gold", "points\x00"])
def test_only_for_what_the_till_takes(manager: Act, tender: str) -> None:
    template = visit_pass(10, price=200_00)
    before = everything(), books.everything()

    with pytest.raises(TenderUnknown):
        sold(manager, template_id=template.pk, tender=tender)

    assert (everything(), books.everything()) == before


def test_what_has_no_price_is_not_sold_and_nobody_sells_without_a_role(
    manager: Act, store: Store
) -> None:
    template, priced = visit_pass(10), visit_pass(10, price=1)
    auditor = by_staff(UserFactory.holding("auditor"), store=store)
    before = everything(), books.everything()

    with pytest.raises(NotForSale):
        sold(manager, template_id=template.pk)
    with pytest.raises(NotAllowed):
        sold(auditor, template_id=priced.pk)

    assert (everything(), books.everything()) == before


def test_a_pass_is_refunded_less_its_uses_each_at_its_price(manager: Act) -> None:
    [coupon_id] = sold(manager).coupon_ids
    visit(coupon_id, manager, times=3)

    assert refund(manager, coupon_id) == 125_00

    assert Coupon.objects.get(pk=coupon_id).status == "void"
    assert tender_sum() == 75_00
    assert CouponUse.objects.get(act="refunded").saving == 125_00
    assert refund(manager, coupon_id) == 125_00
    assert tender_sum() == 75_00
    with pytest.raises(NothingToRefund):
        refund(manager, coupon_id, key="refund:2")


def test_a_pass_used_up_to_its_price_has_nothing_left(manager: Act) -> None:
    [coupon_id] = sold(manager).coupon_ids
    visit(coupon_id, manager, times=8)
    before = everything(), books.everything()

    with pytest.raises(NothingToRefund):
        refund(manager, coupon_id)

    assert (everything(), books.everything()) == before


def test_what_was_given_is_not_refunded_and_a_lead_alone_refunds_nothing(
    manager: Act, store: Store
) -> None:
    given = issued(visit_pass(3))
    [coupon_id] = sold(manager).coupon_ids
    lead = by_staff(UserFactory.holding("shift-lead", store=store), store=store)
    before = everything(), books.everything()

    with pytest.raises(NothingToRefund):
        refund(manager, given.pk)
    with pytest.raises(ApprovalNeeded):
        refund(lead, coupon_id)
    with pytest.raises(CouponNotUsable):
        refund(manager, 10**9)

    assert (everything(), books.everything()) == before


def test_another_refund_under_the_same_key_is_refused(manager: Act) -> None:
    [one] = sold(manager).coupon_ids
    [two] = sold(manager, key="till:2").coupon_ids
    refund(manager, one)

    with pytest.raises(IdempotencyConflict):
        refund(manager, two)

    assert Coupon.objects.get(pk=two).status == "issued"
