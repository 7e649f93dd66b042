"""Goods exchanged over HTTP: what it would come to, and once."""

from typing import Any

import pytest

from checkout.models import Exchange, Refund, Sale
from tests.api.test_sales import of, settle
from tests.factories.api import Till, a_till, is_problem
from tests.factories.bills import a_guest, no_codes
from tests.factories.checkout import a_policy
from tests.factories.ledger import everything
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db
LINES = [
    {"name": "Shirt", "quantity": 1, "unit_price": 70_00},
    {"name": "Jeans", "quantity": 2, "unit_price": 30_00},
]


@pytest.fixture
def till(db: None) -> Till:
    return a_till()


def sold(till: Till, **facts: Any) -> str:
    told = settle(till, gross=None, lines=LINES, **facts)
    return str(told.json()["id"])


def wanted(price: int, **facts: Any) -> dict[str, Any]:
    new = {"lines": [{"name": "Jeans, long", "quantity": 1, "unit_price": price}]}
    return {"lines": [{"line": 2, "quantity": 1}], "new": new, **facts}


def exchange(
    till: Till, sale: str, price: int, *, key: str = "x1", **facts: Any
) -> Any:
    body = wanted(price, reason="too short", reference="X1", **facts)
    return till.post(f"/sales/{sale}/exchanges", body, key="x1")


def test_the_quote_changes_nothing_and_the_exchange_keeps_to_it(till: Till) -> None:
    sale = sold(till)
    before = everything()
    told = till.post(f"/sales/{sale}/exchanges/quote", wanted(35_00))
    assert told.status_code == 200, told.content
    quote = told.json()
    assert (quote["refunded"], quote["offset"], quote["difference"]) == (
        30_00,
        30_00,
        5_00,
    )
    assert quote["returned_money"] == [{"kind": "cash", "amount": 30_00}]
    assert quote["quote"]["due"] == 35_00
    assert (everything(), Refund.objects.count()) == (before, 0)

    tenders = [{"kind": "card", "amount": 5_00}]
    answers = [
        exchange(till, sale, 35_00, tenders=tenders, expected_difference=5_00)
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    done = answers[0].json()
    assert (done["offset"], done["to_pay"], done["paid_out"]) == (30_00, 5_00, 0)
    assert done["refund"]["amount"] == 30_00
    assert done["sale"]["net"] == 35_00
    assert Exchange.objects.count() == 1
    first = till.ask(f"/sales/{sale}").json()
    assert (first["status"], first["lines"][1]["left"]) == ("partly_refunded", 30_00)
    assert is_proven()


def test_own_value_that_came_back_pays_and_more_only_where_it_is_named(
    till: Till,
) -> None:
    no_codes()
    assert till.store
    member = a_guest(principal=500_00, store=till.store)
    sale = sold(till, member=of(member), stored_value=50_00)

    def quoted(**facts: Any) -> dict[str, int]:
        body = {"new": wanted(150_00)["new"], **facts}
        told = till.post(f"/sales/{sale}/exchanges/quote", body).json()
        paid = {one["kind"]: one["amount"] for one in told["quote"]["payments"]}
        return {"stored": paid.get("stored_value", 0), "more": told["difference"]}

    assert quoted() == {"stored": 50_00, "more": 20_00}
    assert quoted(stored_value=0) == {"stored": 0, "more": 70_00}
    assert quoted(stored_value=60_00) == {"stored": 60_00, "more": 10_00}
    assert quoted(stored_value="max") == {"stored": 150_00, "more": -80_00}


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"expected_difference": 4_00}, 409, "quote_changed"),
        ({"tenders": []}, 422, "underpaid"),
        ({"lines": [{"line": 2, "quantity": 3}]}, 422, "over_refund"),
        ({"lines": [{"line": 9}]}, 422, "refund_refused"),
        ({"new": {"gross": 0}}, 422, "exchange_of_nothing"),
        ({"reference": "R1"}, 409, "duplicate_reference"),
        ({"new": {}}, 422, "invalid"),
        ({"amount": 10_00}, 422, "refund_refused"),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    till: Till, facts: dict[str, Any], status: int, code: str
) -> None:
    sale = sold(till)
    before = everything(), list(Sale.objects.values())
    usual = {"tenders": [{"kind": "cash", "amount": 5_00}]}
    body = wanted(35_00, reason="too short", reference="X1", **usual) | facts

    refused = till.post(f"/sales/{sale}/exchanges", body, key="x1")

    assert is_problem(refused, status, code), refused.content
    assert (everything(), list(Sale.objects.values())) == before
    if code == "quote_changed":
        assert refused.json()["quote"]["difference"] == 5_00


def test_another_stores_sale_is_not_there_unless_the_policy_says_so(till: Till) -> None:
    sale, here = sold(till), a_till()
    for path in ("exchanges", "exchanges/quote"):
        body = wanted(30_00) | (
            {"reason": "no", "reference": "X"} if path == "exchanges" else {}
        )
        gone = here.post(f"/sales/{sale}/{path}", body, key="x")
        assert is_problem(gone, 404, "sale_not_found")
    a_policy("last_first", returns="any_store")
    assert exchange(here, sale, 30_00).status_code == 201
    assert is_proven()


def test_an_exchange_is_undone_as_one_act(till: Till) -> None:
    sale = sold(till)
    done = exchange(till, sale, 35_00, tenders=[{"kind": "card", "amount": 5_00}])
    new = done.json()["sale"]["id"]
    body = {"reason": "changed their mind", "reference": "Z1"}
    for path in (sale, "0" * 8):  # came of none; is none
        refused = till.post(f"/sales/{path}/exchange/undo", body, key=f"u{path}")
        assert is_problem(refused, 404, "sale_not_found")

    answers = [
        till.post(f"/sales/{new}/exchange/undo", body, key="u1") for _turn in range(2)
    ]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    undone = answers[0].json()
    assert (undone["paid_out"], undone["to_pay"]) == (5_00, 0)
    assert (undone["refund"]["sale_status"], undone["refund"]["is_void"]) == (
        "void",
        True,
    )
    assert (undone["sale"]["net"], undone["sale"]["reference"]) == (30_00, "Z1")
    again = till.post(f"/sales/{new}/exchange/undo", body, key="u2")
    assert is_problem(again, 409, "already_void")
    stays = till.post(
        f"/sales/{undone['sale']['id']}/exchange/undo",
        {**body, "reference": "Z2"},
        key="u3",
    )
    assert is_problem(stays, 409, "exchange_stays")
    assert is_proven()
