"""Today's sales at the counter: found, refunded, voided."""

from typing import Any

import pytest
from django.utils.timezone import now

from checkout.bill import Bill, Line
from checkout.models import LineKind, Refund, Sale
from tests.counter.till import AtTill
from tests.factories.bills import cash, sale_of, settle
from tests.factories.stored_value import is_proven
from tests.factories.stores import PIN, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> AtTill:
    """A shift lead, who may give back ¥500 alone."""
    return AtTill.opened("shift-lead")


def sold(till: AtTill, amount: str = "88", **told: Any) -> Sale:
    till.charge(amount, **told)
    return Sale.objects.filter(store=till.store).latest("pk")


def give_back(till: AtTill, sale: Sale, word: str = "refund", **told: Any) -> Any:
    return till.client.post(
        f"/counter/receipts/{sale.pk}/{word}/",
        {"key": till.key(word), "reason": "cold soup", "to": "original", **told},
    )


def test_the_list_shows_this_stores_sales_and_finds_one(till: AtTill) -> None:
    here = sold(till, reference="A-0187")
    elsewhere = sold(AtTill.opened(), reference="B-0001")

    page = till.get("sales/?of=store").content.decode()
    assert "A-0187" in page
    assert "B-0001" not in page

    for text, found in ((here.reference, True), (elsewhere.reference, False)):
        page = till.client.post("/counter/sales/", {"text": text}).content.decode()
        assert (f"/counter/receipts/{here.pk}/" in page) is found
        assert str(elsewhere.pk) not in page


@pytest.mark.parametrize("text", ["\x00", "%", "' OR 1=1", "😀" * 40, "x" * 200])
def test_a_search_for_nothing_finds_nothing(till: AtTill, text: str) -> None:
    sold(till)
    page = till.client.post("/counter/sales/", {"text": text})
    assert page.status_code == 200


def test_a_part_is_refunded_once(lead: AtTill) -> None:
    sale, key = sold(lead), lead.key("refund")
    for _ in range(3):
        answer = give_back(lead, sale, amount="30", key=key)
        back = Refund.objects.get()
        assert answer["Location"] == f"/counter/refunds/{back.pk}/"
    sale.refresh_from_db()
    assert sale.refunded == 30_00
    assert "¥30.00" in lead.get(f"receipts/{sale.pk}/").content.decode()
    assert is_proven()


def test_a_line_is_refunded(lead: AtTill) -> None:
    sale = sold(lead, "88", excluded="30")
    page = lead.get(f"receipts/{sale.pk}/refund/").content.decode()
    assert 'name="line_2"' in page
    give_back(lead, sale, line_2="30")
    assert Refund.objects.get().per_line == [0, 30_00]


def a_bill_of_all_kinds(till: AtTill) -> Sale:
    """Two pieces, a weight, and what the shop and the state take."""
    lines = (
        Line(name="Tea", thousandths=2_000, unit_price=30_00),
        Line(name="Peaches", thousandths=350, unit_price=20_00),
        Line(kind=LineKind.TAX, name="VAT", amount=3_21),
        Line(kind=LineKind.TIP, name="Tip", amount=5_00),
    )
    bill = Bill(lines=lines, service_charge_bp=1_000)
    store = till.store
    return sale_of(settle(bill, store=store, tenders=[cash(100_00)], at=now()))


def test_lines_of_every_kind_are_ticked_weighed_and_named(lead: AtTill) -> None:
    sale = a_bill_of_all_kinds(lead)
    page = lead.get(f"receipts/{sale.pk}/refund/").content.decode()
    for place, word in enumerate(("Tea", "Peaches", "VAT", "Tip", "Service charge"), 1):
        assert word in page
        assert f'name="rest_{place}"' in page
    assert ('name="quantity_2"' in page, 'name="quantity_3"' in page) == (True, False)

    give_back(lead, sale, rest_3="on", quantity_2="0.150", quantity_1="1")

    # Of the charge so much as these are of all that it was reckoned on.
    given = Refund.objects.get()
    assert given.per_line == [30_00, 3_00, 3_21, 0, 3_30]
    page = lead.get(f"receipts/{sale.pk}/refund/").content.decode()
    assert 'name="rest_3"' not in page  # nothing of it is left
    give_back(lead, sale, rest_1="on", rest_2="on", rest_4="on")
    sale.refresh_from_db()
    assert (sale.left, sale.status) == (0, Sale.Status.REFUNDED)
    assert is_proven()


def test_the_charge_alone_goes_back_where_it_is_ticked(lead: AtTill) -> None:
    sale = a_bill_of_all_kinds(lead)
    give_back(lead, sale, rest_5="on")
    assert Refund.objects.get().per_line == [0, 0, 0, 0, 6_70]


@pytest.mark.parametrize(
    "told",
    [
        {"amount": "89"},
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "x"},
        {"reason": " "},
        {"to": "gold"},
        {"amount": "1", "line_1": "1"},
        {"line_1": "99"},
        {"key": "forged"},
    ],
)
def test_what_cannot_be_gives_nothing_back(lead: AtTill, told: dict[str, str]) -> None:
    sale = sold(lead, "88", excluded="30")
    page = give_back(lead, sale, **told)
    assert page.status_code == 200
    assert "alert-danger" in page.content.decode()
    assert not Refund.objects.exists()


def test_above_the_limit_a_manager_stands_beside(lead: AtTill) -> None:
    manager = UserFactory.holding("store-manager", store=lead.store)
    sale, key = sold(lead, "900"), lead.key("refund")

    page = give_back(lead, sale, key=key).content.decode()
    assert 'name="checker"' in page
    give_back(lead, sale, key=key, checker=manager.pk, secret="1357")
    assert not Refund.objects.exists()

    give_back(lead, sale, key=key, checker=manager.pk, secret=PIN)

    done = Refund.objects.get()
    assert (done.amount, done.approver_id) == (900_00, manager.pk)
    assert is_proven()


def test_a_sale_is_voided_in_its_shift(lead: AtTill) -> None:
    sale = sold(lead)
    give_back(lead, sale, "void")
    sale.refresh_from_db()
    assert sale.status == Sale.Status.VOID
    assert "Void" in lead.get(f"receipts/{sale.pk}/").content.decode()
    again = give_back(lead, sale, "void")
    assert "This sale is void." in again.content.decode()
    assert is_proven()


def test_lines_are_given_back_by_quantity_or_to_the_rest(lead: AtTill) -> None:
    sale = sold(lead, excluded="30")
    give_back(lead, sale, quantity_2="2")
    give_back(lead, sale, quantity_2="a lot")
    give_back(lead, sale, quantity_2="1", line_2="1")
    assert not Refund.objects.exists()
    give_back(lead, sale, rest_2="on")
    assert Refund.objects.get().amount == 30_00
    assert "0.00" in lead.get(f"receipts/{sale.pk}/refund/").content.decode()
    assert is_proven()


@pytest.mark.parametrize("word", ["refund", "void"])
def test_who_may_not_gives_nothing_back(till: AtTill, word: str) -> None:
    sale = sold(till.without(f"checkout.{word}_sale"))
    assert give_back(till, sale, word).status_code == 403
    assert f"/{word}/" not in till.get(f"receipts/{sale.pk}/").content.decode()
    assert not Refund.objects.exists()


@pytest.mark.parametrize("word", ["refund", "void"])
def test_a_cashier_starts_it_and_only_an_approver_beside_them_lets_it_be_done(
    till: AtTill, word: str
) -> None:
    sale = sold(till)
    approver = UserFactory.holding("shift-lead", store=till.store)
    asked = give_back(till, sale, word).content.decode()
    assert "A second person approves it here" in asked
    for wrong in (
        {"checker": approver.pk, "secret": "0000"},
        {"checker": till.user.pk},
    ):
        assert give_back(till, sale, word, **wrong).status_code == 200
    assert not Refund.objects.exists()

    give_back(till, sale, word, checker=approver.pk, secret=PIN)

    back = Refund.objects.get()
    assert (back.staff, back.approver) == (till.user, approver)
    assert is_proven()


@pytest.mark.parametrize("word", ["refund", "void"])
def test_another_stores_sale_is_not_there(lead: AtTill, word: str) -> None:
    sale = sold(AtTill.opened())
    assert lead.get(f"receipts/{sale.pk}/{word}/").status_code == 404
    assert give_back(lead, sale, word).status_code == 404
    assert not Refund.objects.exists()
