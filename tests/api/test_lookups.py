"""What a till finds again by its own number or key, of its own store."""

from typing import Any

import pytest

from tests.api.test_occurred_at import here, top_ups
from tests.factories.api import Till, a_till, is_problem, the_office
from tests.factories.bills import a_guest
from tests.factories.gift_cards import GiftCardDesignFactory

pytestmark = pytest.mark.django_db
CASH = {"kind": "cash", "amount": 50_00}
LISTS = ["/top-ups", "/refunds", "/gift-cards/sales", "/gift-cards/debits"]


def played(till: Till, *, number: str = "A1") -> dict[str, Any]:
    """A top-up, gift cards, a bill paid by one of them, and its refund."""
    GiftCardDesignFactory.create()
    member = a_guest(principal=0, store=here(till))
    numbered = {"kind": "cash", "reference": number}
    topped = till.post(
        top_ups(member), {"amount": 30_00, "tender": numbered}, key=f"t{number}"
    )
    cards = till.post(
        "/gift-cards",
        {"amount": 50_00, "quantity": 2, "tenders": [{**numbered, "amount": 100_00}]},
        key=f"g{number}",
    )
    card = cards.json()["cards"][0]
    sold = till.post(
        "/sales",
        {
            "gross": 60_00,
            "gift_cards": [{"code": card["code"], "pin": card["pin"]}],
            "tenders": [{"kind": "cash", "amount": 10_00}],
            "reference": number,
        },
        key=f"s{number}",
    )
    back = till.post(
        f"/sales/{sold.json()['id']}/refunds",
        {"amount": 15_00, "reason": "cold"},
        key=f"r{number}",
    )
    for each in (topped, cards, sold, back):
        assert each.status_code == 201, each.content
    return {
        "top-up": topped.json()["id"],
        "cards": [each["id"] for each in cards.json()["cards"]],
        "sale": sold.json()["id"],
        "refund": back.json()["id"],
    }


def items(till: Till, path: str) -> list[Any]:
    told = till.ask(path)
    assert told.status_code == 200, told.content
    return list(told.json()["items"])


def test_each_is_found_by_its_number_and_by_its_key() -> None:
    till = a_till()
    made = played(till)
    played(till, number="B2")

    for how in ("reference=A1", "key=tA1"):
        (top_up,) = items(till, f"/top-ups?{how}")
        assert (top_up["id"], top_up["amount"]) == (made["top-up"], 30_00)
        assert (top_up["reference"], top_up["is_refunded"]) == ("A1", False)
    for how in ("reference=A1", "key=rA1"):
        (refund,) = items(till, f"/refunds?{how}")
        assert (refund["id"], refund["amount"]) == (made["refund"], 15_00)
    for how in ("reference=A1", "key=gA1"):
        (sale,) = items(till, f"/gift-cards/sales?{how}")
        assert [card["id"] for card in sale["cards"]] == made["cards"]
        assert (sale["amount"], sale["reference"]) == (100_00, "A1")
        assert "code" not in str(sale)
    for how in ("reference=A1", "key=sA1"):
        (debit,) = items(till, f"/gift-cards/debits?{how}")
        assert (debit["card"], debit["sale"]) == (made["cards"][0], made["sale"])
        assert (debit["amount"], debit["returned"]) == (50_00, 5_00)
    assert till.ask(f"/top-ups/{made['top-up']}").json()["id"] == made["top-up"]
    assert till.ask(f"/refunds/{made['refund']}").json()["id"] == made["refund"]


def test_another_store_finds_nothing_and_the_head_office_all() -> None:
    till, other, office = a_till(), a_till(), the_office()
    made = played(till)
    keys = dict(zip(LISTS, ["tA1", "rA1", "gA1", "sA1"], strict=True))

    for path, key in keys.items():
        assert items(other, f"{path}?reference=A1") == []
        assert items(other, f"{path}?key={key}") == []
        assert len(items(office, f"{path}?reference=A1")) == 1
        assert len(items(office, f"{path}?key={key}")) == 1
    top_up, refund = f"/top-ups/{made['top-up']}", f"/refunds/{made['refund']}"
    assert is_problem(other.ask(top_up), 404, "top_up_not_found")
    assert is_problem(other.ask(refund), 404, "refund_not_found")
    assert is_problem(other.ask("/refunds/nothing"), 404, "refund_not_found")
    assert office.ask(top_up).status_code == office.ask(refund).status_code == 200


def test_a_till_is_told_apart_by_the_name_of_its_key() -> None:
    one = a_till()
    two = a_till(store=here(one))
    played(one)
    paths = [*LISTS, "/sales"]

    for path in paths:
        ours = f"{path}?reference=A1&till="
        assert len(items(two, ours + one.key.name.replace(" ", "%20"))) == 1
        assert items(two, ours + two.key.name.replace(" ", "%20")) == []
        assert items(two, ours + "T99") == []


def test_a_list_comes_a_page_at_a_time() -> None:
    till = a_till()
    member = a_guest(principal=0, store=here(till))
    for nth in range(3):
        tender = {"kind": "cash", "reference": "same"}
        body = {"amount": 10_00 + nth, "tender": tender}
        assert till.post(top_ups(member), body, key=f"p{nth}").status_code == 201

    first = till.ask("/top-ups?reference=same&limit=2").json()
    second = till.ask(
        f"/top-ups?reference=same&limit=2&cursor={first['next_cursor']}"
    ).json()

    amounts = [each["amount"] for each in (*first["items"], *second["items"])]
    assert amounts == [10_02, 10_01, 10_00]
    assert second["next_cursor"] is None
    wrong = till.ask(f"/refunds?reference=same&cursor={first['next_cursor']}")
    assert is_problem(wrong, 422, "invalid")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "how", ["", "?reference=a&key=b", "?reference=", "?reference=%00", "?till=T1"]
)
def test_one_of_number_and_key_is_asked(path: str, how: str) -> None:
    assert is_problem(a_till().ask(path + how), 422, "invalid")
