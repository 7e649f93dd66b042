"""Goods exchanged at the counter: the difference first, then the receipt."""

import re
from typing import Any

import pytest

from checkout.models import Exchange, Refund, Sale
from tests.counter.test_today import sold
from tests.counter.till import AtTill
from tests.factories.checkout import a_policy
from tests.factories.stored_value import is_proven
from tests.factories.stores import PIN, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> AtTill:
    return AtTill.opened("shift-lead")


def swap(till: AtTill, sale: Sale, **told: Any) -> Any:
    return till.client.post(
        f"/counter/receipts/{sale.pk}/exchange/",
        {"reason": "too small", "to": "original", "amount": "30", **told},
    )


def difference(page: str) -> str | None:
    found = re.search(r'name="told" value="(-?\d+)"', page)
    return found[1] if found else None


def test_the_difference_is_shown_and_then_paid_once(lead: AtTill) -> None:
    sale = sold(lead)
    receipt = lead.get(f"receipts/{sale.pk}/").content.decode()
    assert f"/counter/receipts/{sale.pk}/exchange/" in receipt
    key = lead.key("exchange")

    page = swap(lead, sale, new="45.50", key=key).content.decode()
    assert difference(page) == "1550"
    assert "¥15.50" in page
    assert not Refund.objects.exists()
    told = {"new": "45.50", "told": "1550", "tender": "card", "key": key}
    for _ in range(2):
        answer = swap(lead, sale, **told)
        done = Exchange.objects.get()
        assert answer["Location"] == f"/counter/receipts/{done.sale_id}/"

    assert (done.to_pay, done.offset) == (15_50, 30_00)
    page = lead.get(f"receipts/{done.sale_id}/").content.decode()
    assert f"Exchanged for goods of bill {sale.reference}" in page
    assert "Exchange " in lead.get(f"receipts/{sale.pk}/").content.decode()
    void = lead.get(f"receipts/{done.sale_id}/void/").content.decode()
    assert "stays brought back" in void
    assert is_proven()


def test_what_is_left_over_is_handed_out(lead: AtTill) -> None:
    sale = sold(lead)
    page = swap(lead, sale, new="20", key=lead.key("exchange")).content.decode()
    assert difference(page) == "-1000"
    assert "To be handed out" in page

    swap(lead, sale, new="20", told="-1000", key=lead.key("exchange"))

    assert Exchange.objects.get().paid_out == 10_00
    assert is_proven()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"new": ""}, "This field is required."),
        ({"amount": "88.01"}, "can still be refunded"),
        ({"excluded": "41"}, "a part of the bill"),
        ({"told": "1", "new": "40"}, "The amount has changed: ¥10.00 is to be paid."),
        ({"told": "1000", "reason": ""}, "reason"),
        ({"told": "1000", "new": "40", "tender": "card", "key": "x"}, "alert-danger"),
        ({"told": "9" * 30}, "alert-danger"),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(
    lead: AtTill, told: dict[str, str], sentence: str
) -> None:
    sale = sold(lead)
    facts = {"new": "40", "key": lead.key("exchange")} | told
    page = swap(lead, sale, **facts).content.decode()
    assert sentence in page
    assert not Refund.objects.exists()
    assert Sale.objects.count() == 1


def test_who_may_not_refund_exchanges_nothing(till: AtTill) -> None:
    sale = sold(till.without("checkout.refund_sale"))
    assert swap(till, sale, new="40").status_code == 403
    assert "/exchange/" not in till.get(f"receipts/{sale.pk}/").content.decode()


def test_above_the_limit_a_second_person_stands_by(lead: AtTill) -> None:
    sale = sold(lead, "900")
    told = {"amount": "600", "new": "700", "told": "10000", "tender": "cash"}
    key = lead.key("exchange")
    page = swap(lead, sale, key=key, **told).content.decode()
    assert "second person" in page
    assert difference(page) == "10000"
    manager = UserFactory.holding("store-manager", store=lead.store)

    swap(lead, sale, key=key, checker=manager.pk, secret=PIN, **told)

    assert Exchange.objects.get().refund.approver == manager


def test_a_bill_of_another_store_is_exchanged_where_the_policy_says_so(
    lead: AtTill,
) -> None:
    sale = sold(AtTill.opened())
    assert lead.get(f"receipts/{sale.pk}/exchange/").status_code == 404
    a_policy("last_first", returns="any_store")
    swap(lead, sale, new="40", told="1000", key=lead.key("exchange"))
    done = Exchange.objects.get()
    assert (done.refund.store, done.sale.store) == (lead.store, lead.store)


def test_an_exchange_is_undone_from_its_receipt(lead: AtTill) -> None:
    sale = sold(lead)
    swap(lead, sale, new="20", told="-1000", key=lead.key("exchange"))
    done = Exchange.objects.get()
    url = f"/counter/receipts/{done.sale_id}/undo/"
    assert url in lead.get(f"receipts/{done.sale_id}/").content.decode()
    page = lead.client.get(url).content.decode()
    assert "The guest hands back" in page
    assert "¥10.00" in page
    key = lead.key("undo_exchange")
    refused = lead.client.post(url, {"key": key, "reason": ""})
    assert "alert-danger" in refused.content.decode()
    assert Exchange.objects.count() == 1

    for _turn in range(2):
        answer = lead.client.post(url, {"key": key, "reason": "changed their mind"})

    undone = Exchange.objects.exclude(pk=done.pk).get()
    assert answer["Location"] == f"/counter/receipts/{undone.sale_id}/"
    page = lead.get(f"receipts/{undone.sale_id}/").content.decode()
    assert "Undone. Take back in money: ¥10.00." in page
    assert "/undo/" not in page
    for other in (sale.pk, undone.sale_id):
        answer = lead.client.post(
            f"/counter/receipts/{other}/undo/",
            {"key": lead.key("undo_exchange"), "reason": "again"},
        )
        assert answer.status_code == (404 if other == sale.pk else 200)
    assert Exchange.objects.count() == 2
    assert is_proven()


def test_who_may_not_void_does_not_undo(lead: AtTill) -> None:
    sale = sold(lead)
    swap(lead, sale, new="30", told="0", key=lead.key("exchange"))
    done = Exchange.objects.get()
    cashier = AtTill.opened("cashier").without("checkout.void_sale")
    answer = cashier.client.get(f"/counter/receipts/{done.sale_id}/undo/")
    assert answer.status_code == 403
