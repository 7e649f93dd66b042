"""How often a sale asks the database, from the key to the answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkout.asked import Asked
from tests.factories.bills import a_guest, no_codes, settle
from tests.factories.coupons import issued
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sale_is_looked_up_once_and_settled_once() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=store)
    issued(member=member)
    issued(member=member)
    settle(60_00, store=store, member=member)  # opens accounts, learns the settings

    with CaptureQueriesContext(
        connection,
    ) as asked:
        settle(60_00, store=store, member=member, asked=Asked(points=None))

    said = [query["sql"].split("(")[0] for query in asked]
    assert [one.split()[-1] for one in said] == ["checkout_look", "checkout_capture"]
