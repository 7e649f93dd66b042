"""A bill of another store at the counter: found by its receipt, taken back here."""

from typing import Any

import pytest

from checkout.models import Refund, Sale
from stores.models import Store
from tests.counter.test_today import give_back, sold
from tests.counter.till import AtTill
from tests.factories.checkout import a_policy
from tests.factories.stored_value import is_proven
from tests.factories.stores import PIN, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> AtTill:
    return AtTill.opened("shift-lead")


@pytest.fixture
def bill(db: None) -> Sale:
    """Of another store, with ¥88 paid."""
    return sold(AtTill.opened(), reference="B-0001")


def look(till: AtTill, sale: Sale, **told: Any) -> Any:
    receipt = {
        "store": sale.store_id,
        "day": sale.business_date.isoformat(),
        "reference": sale.reference,
        "net": "88",
    }
    return till.client.post("/counter/sales/elsewhere/", receipt | told)


def test_by_default_another_stores_bill_is_not_there(lead: AtTill, bill: Sale) -> None:
    assert look(lead, bill).status_code == 404
    assert "Bill of another store" not in lead.get("sales/").content.decode()
    for path in ("", "refund/", "void/"):
        assert lead.get(f"receipts/{bill.pk}/{path}").status_code == 404


def test_it_is_found_by_all_that_its_receipt_says_and_taken_back(
    lead: AtTill, bill: Sale
) -> None:
    a_policy("last_first", returns="any_store")
    assert "Bill of another store" in lead.get("sales/").content.decode()
    for wrong in ({"net": "89"}, {"day": "2020-01-01"}, {"reference": "B-0002"}):
        page = look(lead, bill, **wrong)
        assert "No bill with all of this is found" in page.content.decode()
    own: Store = lead.store
    assert "alert" in look(lead, bill, store=own.pk).content.decode()

    page = look(lead, bill)
    assert page["Location"] == f"/counter/receipts/{bill.pk}/refund/"
    assert bill.store.name in lead.get(f"receipts/{bill.pk}/refund/").content.decode()
    done = give_back(lead, bill, amount="30")

    given = Refund.objects.get()
    assert done["Location"] == f"/counter/refunds/{given.pk}/"
    assert (given.store, given.shift, given.paid_out) == (own, lead.shift, 30_00)
    assert lead.get(f"receipts/{bill.pk}/").status_code == 200
    day = lead.get("sales/?of=store").content.decode()
    assert "Given back here for other stores" in day
    assert lead.get(f"receipts/{bill.pk}/void/").status_code == 404
    assert is_proven()


def test_who_may_not_refund_sees_no_other_stores_bill(till: AtTill, bill: Sale) -> None:
    a_policy("last_first", returns="any_store")
    till.without("checkout.refund_sale")
    assert look(till, bill).status_code == 403
    assert till.get(f"receipts/{bill.pk}/").status_code == 404


def test_the_approver_is_asked_for_where_the_policy_says_so(
    lead: AtTill, bill: Sale
) -> None:
    a_policy("last_first", returns="approved")
    page = give_back(lead, bill, amount="1").content.decode()
    assert "Another store sold this" in page
    assert not Refund.objects.exists()

    manager = UserFactory.holding("store-manager", store=lead.store)
    give_back(lead, bill, amount="1", checker=manager.pk, secret=PIN)

    assert Refund.objects.get().approver == manager
