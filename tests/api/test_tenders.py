"""Ways of paying that the shop set up itself, over HTTP: taken, earned, given back."""

from typing import Any

import pytest
from django.db.models import Q, Sum

from checkout.models import SalePayment
from ledger.models import Account, Posting
from stores.models import Store, TenderKind
from tests.api.test_occurred_at import here, of, top_ups
from tests.factories.api import Till, a_till, is_problem, the_office
from tests.factories.bills import a_guest
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.ledger import everything
from tests.factories.stored_value import is_proven
from tests.factories.stores import StoreFactory
from tests.factories.tenders import a_tender

pytestmark = pytest.mark.django_db


def sell(till: Till, *, key: str = "k1", kind: str = "voucher", **facts: Any) -> Any:
    body = {
        "gross": 50_00,
        "tenders": [{"kind": kind, "amount": 50_00}],
        "reference": key,
        "stored_value": 0,
        **facts,
    }
    return till.post("/sales", body, key=key)


def refund(till: Till, sale: Any, *, key: str = "r1", **facts: Any) -> Any:
    path = f"/sales/{sale.json()['id']}/refunds"
    return till.post(path, {"reason": "cold", **facts}, key=key)


def balance(store: Store, slot: str) -> int:
    account = Account.objects.get(
        kind="tender", holder_kind="store", holder_id=store.pk, slot=slot
    )
    held = Posting.objects.aggregate(
        came=Sum("amount", filter=Q(debit=account), default=0),
        went=Sum("amount", filter=Q(credit=account), default=0),
    )
    return int(held["came"] - held["went"])


def test_a_till_reads_the_ways_of_paying_of_its_store() -> None:
    till = a_till()
    a_tender("voucher", store_codes=[here(till).code], account_code="1002.07")
    a_tender("elsewhere", store_codes=[StoreFactory.create().code])
    a_tender("gone", is_active=False, earns=False)

    told = till.ask("/tenders", Accept_Language="zh-Hans").json()["items"]

    assert [each["code"] for each in told] == [
        *("cash", "card", "wechat", "alipay"),
        *("voucher", "gone"),
    ]
    assert told[0] == {
        "code": "cash",
        "name": "现金",
        "opens_drawer": True,
        "is_counted": True,
        "is_refundable": True,
        "earns": True,
        "account_code": "",
        "is_active": True,
    }
    assert told[4]["account_code"] == "1002.07"
    assert (told[5]["is_active"], told[5]["earns"]) == (False, False)
    office = the_office("sales:read")
    assert len(office.ask("/tenders").json()["items"]) == 7


def test_it_pays_and_the_books_keep_it_by_its_code() -> None:
    till = a_till()
    a_tender("voucher")

    sold = sell(till)
    back = refund(till, sold, amount=20_00)

    assert sold.status_code == 201, sold.content
    assert sold.json()["tenders"] == [{"kind": "voucher", "amount": 50_00}]
    assert back.json()["parts"][0]["tender"] == "voucher"
    assert balance(here(till), "voucher") == 30_00
    assert is_proven()


@pytest.mark.parametrize("kind", ["seashells", "Cash", "stored", "elsewhere", "gone"])
def test_an_unknown_one_moves_nothing(kind: str) -> None:
    till = a_till()
    member = a_guest(principal=100_00, store=here(till))
    topped = till.post(
        top_ups(member), {"amount": 10_00, "tender": {"kind": "cash"}}, key="t"
    )
    a_tender("elsewhere", store_codes=[StoreFactory.create().code])
    a_tender("gone", is_active=False)
    GiftCardDesignFactory.create()
    before = everything()

    bodies: list[tuple[str, dict[str, Any]]] = [
        (
            "/sales",
            {
                "gross": 1_00,
                "tenders": [{"kind": kind, "amount": 1_00}],
                "reference": "1",
            },
        ),
        (top_ups(member), {"amount": 10_00, "tender": {"kind": kind}}),
        (
            "/gift-cards",
            {"amount": 50_00, "tenders": [{"kind": kind, "amount": 50_00}]},
        ),
    ]
    if kind not in ("elsewhere", "gone"):  # those pay back what they took
        path = f"/top-ups/{topped.json()['id']}/refund"
        bodies.append((path, {"tender": kind, "reason": "no"}))
    for number, (path, body) in enumerate(bodies):
        refused = till.post(path, body, key=f"x{number}")
        assert is_problem(refused, 422, "tender_unknown"), path
    assert everything() == before


def test_one_that_is_switched_off_gives_back_what_it_took() -> None:
    till = a_till()
    a_tender("voucher")
    sold = sell(till)
    member = a_guest(principal=0, store=here(till))
    topped = till.post(
        top_ups(member), {"amount": 10_00, "tender": {"kind": "voucher"}}, key="t"
    )
    exchanged = sell(till, key="k9")
    TenderKind.objects.filter(code="voucher").update(is_active=False)

    again = sell(till)
    back = refund(till, sold)
    path = f"/top-ups/{topped.json()['id']}/refund"
    paid_out = till.post(path, {"reason": "no"}, key="tr")

    assert again.content == sold.content
    assert (back.status_code, paid_out.status_code) == (201, 201)
    assert back.json()["parts"][0]["tender"] == paid_out.json()["tender"] == "voucher"
    assert balance(here(till), "voucher") == 50_00
    # What it gave back pays the new bill of an exchange; more of it is not taken.
    path = f"/sales/{exchanged.json()['id']}/exchanges"
    new = {"new": {"gross": 60_00}, "reason": "too short", "reference": "x"}
    more = {"tenders": [{"kind": "cash", "amount": 10_00}]}
    swapped = till.post(path, {**new, **more}, key="x")
    assert swapped.status_code == 201, swapped.content
    assert balance(here(till), "voucher") == 50_00
    assert is_proven()


def test_what_takes_nothing_back_is_given_back_in_cash_or_voided() -> None:
    till = a_till()
    a_tender("prepaid", is_refundable=False)
    first, second = sell(till, kind="prepaid"), sell(till, key="k2", kind="prepaid")
    before = everything()

    refused = refund(till, first)

    assert is_problem(refused, 422, "tender_not_refundable")
    assert everything() == before
    assert (
        refund(till, first, key="r2", to="cash").json()["parts"][0]["tender"] == "cash"
    )
    void = f"/sales/{second.json()['id']}/void"
    assert till.post(void, {"reason": "twice"}, key="v").status_code == 201
    assert balance(here(till), "cash") == -50_00
    assert is_proven()


def test_what_earns_nothing_earns_nothing_and_takes_nothing_back() -> None:
    till = a_till()
    a_tender("staff_meal", earns=False)
    member = a_guest(store=here(till))

    def points() -> int:
        path = f"/members/{of(member)}"
        return int(till.ask(path).json()["points"]["balance"])

    half = [
        {"kind": "cash", "amount": 30_00},
        {"kind": "staff_meal", "amount": 20_00},
    ]
    sold = sell(till, member=of(member), tenders=half)
    assert sold.json()["points_earned"] == points() == 30
    # What was paid last goes back first, and it had earned nothing.
    assert refund(till, sold, amount=20_00).json()["points_taken_back"] == 0
    assert points() == 30
    assert refund(till, sold, key="r2").json()["points_taken_back"] == 30
    assert points() == 0
    only = sell(till, key="k2", member=of(member), kind="staff_meal")
    assert only.json()["points_earned"] == points() == 0
    assert is_proven()


def test_a_change_is_known_to_the_next_bill() -> None:
    till = a_till()
    kind = a_tender("voucher")
    assert sell(till).status_code == 201

    kind.is_active = False
    kind.save()
    assert is_problem(sell(till, key="k2"), 422, "tender_unknown")

    kind.is_active = True
    kind.save()
    assert sell(till, key="k3").status_code == 201
    assert set(SalePayment.objects.values_list("tender", flat=True)) == {"voucher"}
