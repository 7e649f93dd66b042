"""Lists among very many rows: asked so that an index is seen."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from ledger.models import Entry
from stores.models import Approval
from tests.factories.stored_value import at_till
from tests.factories.stores import (
    ShiftFactory,
    StoreFactory,
    UserFactory,
    approval_beside,
    signed_in,
)

pytestmark = pytest.mark.django_db


def test_a_managers_lists_name_their_stores_by_number() -> None:
    store = StoreFactory.create()
    request = RequestFactory().get("/")
    request.user = UserFactory.holding("store-manager", store=store)
    rows = admin.site._registry[Entry].get_queryset(request)
    assert f'"store_id" IN ({store.pk})' in str(rows.query)
    assert "stores_assignment" not in str(rows.query)


@pytest.mark.parametrize("field", ["maker", "checker", "reason"])
def test_approvals_are_found_by_a_whole_name_or_reason(field: str) -> None:
    shift = ShiftFactory.create()
    cashier = UserFactory.holding(
        "shift-lead", store=shift.store, display_name="Lin Wei"
    )
    manager = UserFactory.holding(
        "store-manager", store=shift.store, display_name="Chen Yu"
    )
    by = at_till(shift=shift, user=cashier)
    approval_beside(
        "checkout.void_sale", by=by, subject="sale:1", amount=1, checker=manager
    )
    office = signed_in(UserFactory.holding("head-office", is_staff=True))
    address = reverse("admin:stores_approval_changelist")
    word = {"maker": "Lin Wei", "checker": "Chen Yu", "reason": "known"}[field]
    found = office.get(address, {"q": word})
    assert [row.pk for row in found.context["cl"].result_list] == [
        Approval.objects.get().pk
    ]
    nothing = office.get(address, {"q": "no such word"})
    assert not nothing.context["cl"].result_list
