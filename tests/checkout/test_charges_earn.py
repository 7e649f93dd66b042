"""Taxes, service charges and tips earn points where the shop says so, and only then."""

import pytest

from checkout.bill import Bill, Line
from checkout.models import Sale
from checkout.services import LineRefund
from members.models import Member
from points.models import Accrual
from stores.models import Store
from tests.checkout.giving_back import refund
from tests.factories import points as points_factory
from tests.factories.bills import cash, sale_of, settle, till_of
from tests.factories.members import MemberFactory
from tests.factories.stored_value import is_proven
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
# Each earns a number of its own.
BILL = Bill(
    lines=(
        Line(name="Duck", unit_price=100_00),
        Line(kind="tax", name="VAT", amount=10_00),
        Line(kind="service_charge", name="Service", amount=7_00),
        Line(kind="tip", name="Tip", amount=3_00),
    )
)
EARNS = [
    ({}, 100),
    ({"on_taxes": True}, 110),
    ({"on_service_charges": True}, 107),
    ({"on_tips": True}, 103),
    ({"on_taxes": True, "on_service_charges": True, "on_tips": True}, 120),
]


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


def sold(store: Store, member: Member) -> Sale:
    return sale_of(settle(BILL, store=store, member=member, tenders=[cash(120_00)]))


@pytest.mark.parametrize(("earning", "points"), EARNS)
def test_they_earn_by_their_own_setting_and_give_back_what_they_earned(
    store: Store, earning: dict[str, bool], points: int
) -> None:
    points_factory.a_policy(**earning)
    member = MemberFactory.create()
    sale = sold(store, member)
    assert sale.points_earned == points_factory.points_of(member) == points

    left = points
    for place, worth, setting in (
        (2, 10, "on_taxes"),
        (3, 7, "on_service_charges"),
        (4, 3, "on_tips"),
    ):
        given = refund(sale, per_line={place: LineRefund()}, by=till_of(store), at=NOON)
        taken = worth if earning.get(setting) else 0
        assert given.points_taken == taken
        left -= taken
    assert points_factory.points_of(member) == left == 100
    refund(sale, by=till_of(store), at=NOON)
    assert points_factory.points_of(member) == 0
    assert is_proven()


def test_what_the_shop_charges_by_itself_earns_by_the_same_setting(
    store: Store,
) -> None:
    points_factory.a_policy(on_service_charges=True)
    member = MemberFactory.create()
    bill = Bill(lines=BILL.lines[:1], service_charge_bp=1_000)
    sale = sale_of(settle(bill, store=store, member=member, tenders=[cash(110_00)]))
    assert sale.points_earned == 110

    refund(sale, per_line={1: LineRefund(amount=50_00)}, by=till_of(store), at=NOON)

    # Half of the charge goes back with half of the duck, and so do its points.
    assert points_factory.points_of(member) == 55
    assert Accrual.objects.get().points_kept == 55
