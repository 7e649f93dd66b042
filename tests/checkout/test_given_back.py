"""Bills as the till settles them, given back: every account, lot and coupon returns."""

import pytest

from checkout.asked import Asked, GiftCardAsked
from checkout.bill import Bill, Line, TenderGiven
from checkout.models import Refund, SalePayment
from coupons.models import Coupon
from tests.checkout.giving_back import refund, void
from tests.checkout.state import books, lots
from tests.factories import bills
from tests.factories import gift_cards as gift_card_factory
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.stored_value import is_proven
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db
CUTS = {"one refund": (None,), "three cuts": (1, 33_33, None), "a void": ()}


@pytest.mark.parametrize("cuts", CUTS)
def test_a_bill_paid_with_everything_is_given_back_whole(cuts: str) -> None:
    bills.no_codes()
    store = StoreFactory.create()
    by = bills.till_of(store)
    member = bills.a_guest(principal=60_00, bonus=20_00, points=2_000, store=store)
    card = gift_card_factory.a_card(20_00, by=by)
    coupon = issued(TemplateFactory.drawn(), member)
    before, lots_before = books(), lots()
    captured = bills.settle(
        Bill(
            lines=(
                Line(name="noodles", thousandths=3_000, unit_price=33_33),
                Line(name="tea", unit_price=61_01),
                Line(name="tobacco", unit_price=19_00, excluded=True),
            )
        ),
        store=store,
        member=member,
        asked=Asked(
            points=1_000,
            gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),),
            stored_value=50_00,
        ),
        tenders=[
            TenderGiven(kind="wechat", amount=40_00),
            TenderGiven(kind="cash", amount=100_00),
        ],
    )
    sale = bills.sale_of(captured)
    kinds = SalePayment.objects.filter(sale=sale).order_by("place")
    assert [payment.kind for payment in kinds] == [
        "points",
        "gift_card",
        "stored_value",
        "tender",
        "tender",
    ]
    assert sale.discount == 10_00
    if cuts == "a void":
        void(sale, by=by)
    for amount in CUTS[cuts]:
        refund(sale, amount)
    sale.refresh_from_db()
    assert sale.refunded == sale.net
    assert {word for word, change in books(since=before).items() if change} == set()
    assert lots() == lots_before
    assert Coupon.objects.get(pk=coupon.pk).status == "issued"
    money = sum(given.paid_out for given in Refund.objects.filter(sale=sale))
    assert money == sum(p.amount for p in kinds if p.kind == "tender")
    assert is_proven()
