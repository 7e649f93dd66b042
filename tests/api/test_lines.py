"""Lines of bills over HTTP: weighed, told, charged, given back."""

from typing import Any

import pytest
from django.utils.timezone import now

from recognition.models import Visit
from tests.api.test_sales import of, settle
from tests.factories.api import a_till, is_problem
from tests.factories.coupons import issued
from tests.factories.members import MemberFactory
from tests.factories.stored_value import is_proven

db = pytest.mark.django_db
A_TABLE = [
    {"sku": "D", "name": "Duck", "quantity": 2, "unit_price": 60_00},
    {"name": "Tea", "quantity": "0.350", "unit_price": 99_99},
    {"name": "Set menu", "quantity": 1, "unit_price": 50_00, "amount": 45_00},
    {"kind": "tip", "name": "Tip", "quantity": 1, "amount": 15_07},
]


@db
def test_a_quote_and_its_sale_tell_what_each_line_costs_after_discounts() -> None:
    till = a_till()
    member = MemberFactory.create()
    issued(member=member, at=now())
    asked = {"member": of(member), "lines": A_TABLE, "service_charge_bp": 1_000}

    quote = till.post("/quotes", asked).json()

    lines = quote["lines"]
    assert [line["gross"] for line in lines] == [120_00, 35_00, 45_00, 15_07, 19_00]
    assert [line["quantity"] for line in lines] == ["2", "0.35", "1", "1", "1"]
    # A tenth of the 190.00 that the coupon leaves of the items.
    assert (lines[-1]["kind"], lines[-1]["net"]) == ("service_charge", 19_00)
    for line in lines:
        off = sum(one["amount"] for one in line["discounts"])
        assert line["gross"] == off + line["net"]
    assert lines[3]["discounts"] == []
    assert quote["gross"] == sum(line["gross"] for line in lines)
    assert quote["net"] == sum(line["net"] for line in lines)

    tenders = [{"kind": "card", "amount": quote["due"]}]
    settled = till.post(
        "/sales", {**asked, "tenders": tenders, "reference": "L"}, key="l"
    )
    assert settled.status_code == 201, settled.content
    sale = settled.json()
    told = [{**line, "refunded": 0, "left": line["net"]} for line in lines]
    assert sale["lines"] == told
    read = f"/sales/{sale['id']}"
    assert till.ask(read).json()["lines"] == told

    back = {"lines": [{"line": 1, "amount": 1_05}], "reason": "cold"}
    refunded = till.post(f"{read}/refunds", back, key="r")
    assert refunded.status_code == 201, refunded.content
    assert refunded.json()["amount"] == 1_05 + 11  # a tenth of it, rounded half up
    duck, *_others, charge = till.ask(read).json()["lines"]
    assert (duck["refunded"], duck["left"]) == (1_05, lines[0]["net"] - 1_05)
    assert (charge["refunded"], charge["left"]) == (11, 19_00 - 11)

    rest = [{"line": line["line"], "amount": line["net"]} for line in lines[1:3]]
    rest.append({"line": 1, "amount": duck["left"]})
    back = {"lines": rest, "reason": "cold too"}
    assert till.post(f"{read}/refunds", back, key="r2").status_code == 201
    left = {line["kind"]: line["left"] for line in till.ask(read).json()["lines"]}
    assert left == {"item": 0, "tip": 15_07, "service_charge": 0}
    assert is_proven()


@pytest.mark.parametrize(
    "quantity", [0.35, 1.0, 0, "0", "0.0005", "1e3", "-1", "", "0.35kg", True, None]
)
@db
def test_a_quantity_is_a_whole_number_or_text_of_three_decimals(quantity: Any) -> None:
    line = {"name": "Tea", "quantity": quantity, "unit_price": 1_00}

    refused = a_till().post("/quotes", {"lines": [line]})

    assert is_problem(refused, 422, "invalid")
    assert refused.json()["errors"][0]["field"] == "lines.0.quantity"


@db
def test_a_line_without_any_price_is_refused() -> None:
    refused = a_till().post("/quotes", {"lines": [{"name": "Tea", "quantity": 1}]})

    assert is_problem(refused, 422, "invalid")
    assert refused.json()["errors"][0]["field"] == "lines.0.unit_price"


@db
def test_a_bill_of_nothing_is_a_visit_of_a_member() -> None:
    till, member = a_till(), MemberFactory.create()

    sold = settle(till, gross=0, tenders=[], member=of(member))

    assert sold.status_code == 201, sold.content
    assert (sold.json()["due"], sold.json()["lines"]) == (0, [])
    assert Visit.objects.filter(member=member, amount=0).count() == 1
    assert is_proven()
    sale = f"/sales/{sold.json()['id']}"
    assert till.post(f"{sale}/void", {"reason": "x"}, key="v").status_code == 201


@db
def test_what_is_forgone_is_told() -> None:
    till = a_till()

    quote = till.post("/quotes", {"gross": 100, "forgo": ["tier", "17"]})

    assert quote.status_code == 200, quote.content
