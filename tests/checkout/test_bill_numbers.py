"""A bill number stands once a business day, at a store or for each of its tills."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checkout.errors import DuplicateReference
from checkout.models import Sale
from checkout.selectors.sales import matching
from ledger.services import Act
from stores.models import Store
from tests.checkout.state import books
from tests.factories import bills
from tests.factories.checkout import a_policy
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, TillFactory

pytestmark = pytest.mark.django_db
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def store() -> Store:
    found: Store = StoreFactory.create()
    return found


def rung_up(store: Store, **facts: Any) -> Sale:
    """Bill number 0001, paid in cash."""
    return bills.sale_of(
        bills.settle(
            10_00,
            store=store,
            tenders=[bills.cash(10_00)],
            **{"reference": "0001", **facts},
        )
    )


def at_till(store: Store) -> Act:
    return replace(bills.till_of(store), till_id=TillFactory.create(store=store).pk)


def next_day(store: Store) -> dict[str, Any]:
    by = replace(bills.till_of(store), business_date=TOMORROW.date())
    return {"by": by, "at": TOMORROW}


def test_a_number_comes_once_a_day_and_again_the_next(store: Store) -> None:
    today = rung_up(store)
    before = books()
    with pytest.raises(DuplicateReference):
        rung_up(store)
    assert books() == before
    later = rung_up(store, **next_day(store))
    elsewhere = rung_up(StoreFactory.create())
    found = matching("0001").order_by("-at").values_list("pk", flat=True)
    assert set(found) == {today.pk, later.pk, elsewhere.pk}
    assert found[0] == later.pk


def test_tills_share_their_stores_numbers_unless_the_policy_lets_each_count(
    store: Store,
) -> None:
    one, two = at_till(store), at_till(store)
    rung_up(store, by=one)
    with pytest.raises(DuplicateReference):
        rung_up(store, by=two)
    a_policy(numbers_by="till")
    # What was numbered by the store stands beside what each till numbers now.
    assert rung_up(store, by=one).numbered_by == f"till:{one.till_id}"
    assert rung_up(store, by=two).numbered_by == f"till:{two.till_id}"
    assert rung_up(store).numbered_by == "key:1"
    before = books()
    for by in (one, two, bills.till_of(store)):
        with pytest.raises(DuplicateReference):
            rung_up(store, by=by)
    assert books() == before


def test_seven_digits_of_a_phone_find_the_bills_and_six_do_not(store: Store) -> None:
    member = MemberFactory.create(phone="+8613800138000")
    sale = rung_up(store, member=member)
    assert [row.pk for row in matching("0138000")] == [sale.pk]
    assert not matching("138000").exists()
