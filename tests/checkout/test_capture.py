"""Settling a bill: everything at once, explained, once for each key."""

from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError
from psycopg.errors import DiskFull

from checkout.asked import Asked
from checkout.bill import Bill, Line, TenderGiven
from checkout.errors import (
    BillRefused,
    DuplicateReference,
    InsufficientFunds,
    Overpaid,
    QuoteChanged,
    Underpaid,
)
from checkout.models import LineKind, Sale, SalePayment
from checkout.services.rows import params_of
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from ledger.errors import IdempotencyConflict
from points.models import Accrual, Redemption
from stores.errors import TenderUnknown
from tests.factories.bills import (
    a_guest,
    cash,
    no_codes,
    sale_of,
    settle,
    told,
)
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.ledger import everything
from tests.factories.points import RuleFactory
from tests.factories.stored_value import is_proven
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def test_a_stranger_pays_in_cash_and_gets_change() -> None:
    captured = settle(88_00, tenders=[cash(100_00)])

    answer = told(captured)
    assert (answer["gross"], answer["due"], answer["change"]) == (88_00, 88_00, 12_00)
    assert answer["member_after"] is None
    sale = sale_of(captured)
    payment = SalePayment.objects.get(sale=sale)
    assert (payment.kind, payment.tender, payment.amount) == ("tender", "cash", 88_00)
    assert is_proven()


def test_a_regular_pays_with_all_that_there_is() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=store)
    coupon = issued(member=member)

    captured = settle(268_00, store=store, member=member, asked=Asked(points=None))

    answer = told(captured)
    assert answer["discounts"] == [
        {
            "kind": "coupon",
            "id": str(coupon.pk),
            "name": coupon.version.name,
            "amount": 10_00,
        }
    ]
    assert answer["net"] == 258_00
    assert answer["payments"] == [
        {"kind": "points", "points": 1_000, "amount": 10_00},
        {
            "kind": "stored_value",
            "principal": 212_58,
            "bonus": 35_42,
            "amount": 248_00,
        },
    ]
    assert answer["due"] == 0
    after = answer["member_after"]
    assert after["wallet"] == {
        "principal": 87_42,
        "bonus": 14_58,
        "total": 102_00,
    }
    accrual = Accrual.objects.get(source="sale")
    assert after["points"] == {"balance": accrual.points}
    assert answer["points_earned"] == accrual.points == 212
    coupon.refresh_from_db()
    assert coupon.status == "redeemed"
    assert Redemption.objects.get().points == 1_000
    assert is_proven()


def test_the_same_key_answers_the_same_and_moves_nothing() -> None:
    store = StoreFactory.create()
    facts: dict[str, Any] = {
        "store": store,
        "tenders": [cash(10_00)],
        "key": "sale:same",
        "reference": "R1",
    }
    first = settle(10_00, **facts)
    before = everything()

    second = settle(10_00, **facts)

    assert (second.answer, second.replayed) == (first.answer, True)
    assert everything() == before
    with pytest.raises(IdempotencyConflict):
        settle(10_01, **facts | {"tenders": [cash(10_01)]})
    assert everything() == before


@pytest.mark.parametrize(
    ("bill", "facts", "refusal"),
    [
        (10_00, {"tenders": [cash(9_99)]}, Underpaid),
        (10_00, {"tenders": [TenderGiven(kind="card", amount=10_01)]}, Overpaid),
        (10_00, {"tenders": [cash(10_00)], "expected_due": 9_00}, QuoteChanged),
        (10_00, {"tenders": [TenderGiven(kind="Ca sh", amount=10_00)]}, TenderUnknown),
        (10_00, {"tenders": [cash(10_00)], "reference": " "}, BillRefused),
        (0, {"tenders": []}, BillRefused),
    ],
)
def test_a_refusal_moves_nothing(
    bill: int, facts: dict[str, Any], refusal: type[Exception]
) -> None:
    before = everything()

    with pytest.raises(refusal):
        settle(bill, **facts)

    assert everything() == before
    assert not Sale.objects.exists()


def test_more_stored_value_than_there_is_is_refused() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=100_00, store=store)
    before = everything()

    with pytest.raises(InsufficientFunds):
        settle(200_00, store=store, member=member, asked=Asked(stored_value=150_00))

    assert everything() == before


@pytest.mark.parametrize(("asked", "short"), [(150_00, 50_00), (500_00, 100_00)])
def test_what_is_short_is_short_of_the_bill_and_no_more(asked: int, short: int) -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=100_00, store=store)

    with pytest.raises(InsufficientFunds) as refused:
        settle(200_00, store=store, member=member, asked=Asked(stored_value=asked))

    assert refused.value.facts == {"short_by": short}


@pytest.mark.parametrize(
    "line",
    [
        {"thousandths": 2**31},
        {"name": "x" * 121},
        {"sku": "x" * 65},
        {"category": "x" * 65},
        {"name": "a\x00b"},
        {"amount": -1},
        {"unit_price": -1},
    ],
)
def test_a_line_that_no_table_could_keep_is_refused(line: dict[str, Any]) -> None:
    bill = Bill(lines=(Line(**{"name": "tea", "unit_price": 1, **line}),))
    before = everything()

    with pytest.raises(BillRefused) as refused:
        settle(bill, tenders=[cash(abs(bill.gross))])

    assert refused.value.code == "bill_refused"
    assert everything() == before


def test_a_payment_with_too_long_a_number_is_told_so() -> None:
    before = everything()

    for number in ("x" * 121, "a\nb"):
        tender = TenderGiven(kind="card", amount=10_00, reference=number)
        with pytest.raises(BillRefused, match="number of a payment"):
            settle(10_00, tenders=[tender])

    assert everything() == before


def test_a_bill_number_is_settled_once_at_a_store() -> None:
    store = StoreFactory.create()
    settle(10_00, store=store, tenders=[cash(10_00)], reference="R7")
    before = everything()

    with pytest.raises(DuplicateReference):
        settle(20_00, store=store, tenders=[cash(20_00)], reference="R7")

    assert everything() == before
    settle(20_00, tenders=[cash(20_00)], reference="R7")


def test_a_best_coupon_that_another_took_meanwhile_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = StoreFactory.create()
    member = a_guest(store=store)
    coupon = issued(member=member)

    def once_taken(*args: Any, **facts: Any) -> list[Any]:
        monkeypatch.undo()
        settle(60_00, store=store, member=member, tenders=[cash(50_00)])
        return params_of(*args, **facts)

    module = import_module("checkout.services.capture")
    monkeypatch.setattr(module, "params_of", once_taken)

    sale = told(settle(60_00, store=store, member=member, tenders=[cash(60_00)]))

    assert (sale["discounts"], sale["due"]) == ([], 60_00)
    assert Sale.objects.count() == 2
    assert Coupon.objects.get(pk=coupon.pk).status == CouponStatus.REDEEMED


def test_what_is_weighed_costs_its_part_of_a_kilogram() -> None:
    weighed = Line(name="Tea", sku="T", thousandths=350, unit_price=99_99)
    told_by_the_till = Line(name="Fish", thousandths=1_250, amount=88_00)
    tip = Line(name="Tip", kind=LineKind.TIP, amount=5_00)
    gross = 35_00 + 88_00 + 5_00  # 34.9965 is rounded half up

    sale = sale_of(
        settle(Bill(lines=(weighed, told_by_the_till, tip)), tenders=[cash(gross)])
    )

    assert sale.gross == sale.net == gross
    assert list(
        sale.lines.order_by("place").values_list(
            "kind", "thousandths", "unit_price", "gross"
        )
    ) == [
        ("item", 350, 99_99, 35_00),
        ("item", 1_250, None, 88_00),
        ("tip", 1_000, None, 5_00),
    ]


def test_a_bill_of_nothing_is_settled_without_an_entry() -> None:
    store = StoreFactory.create()
    member = a_guest(points=1, store=store)
    coupon = issued(TemplateFactory.drawn(min_spend=0), member)
    RuleFactory.create(kind="base", factor=1000, flat=50)  # where something is paid

    answer = told(
        settle(10_00, store=store, member=member, asked=Asked(coupons=(coupon.pk,)))
    )

    sale = Sale.objects.get()
    assert (sale.net, sale.entry_id, answer["due"]) == (0, None, 0)
    assert not answer.get("points_earned")
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.REDEEMED
    assert is_proven()


def test_another_failure_of_the_database_is_not_taken_for_a_used_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_params: object, **_facts: object) -> None:
        raise DatabaseError("no room") from DiskFull("no room")

    monkeypatch.setattr(import_module("checkout.services.capture"), "_call", fail)
    with pytest.raises(DatabaseError, match="no room"):
        settle(88_00, tenders=[cash(88_00)])
    assert not Sale.objects.exists()
