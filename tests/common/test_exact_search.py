"""Long lists are searched field by field, each by its own index."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from common.exact_search import values_of
from ledger.models import Account, Entry
from members.models import Member
from recognition.models import Visit
from stored_value.models import TopUp
from tests.factories.ledger import holding as account_holding
from tests.factories.stored_value import holding
from tests.factories.stores import UserFactory

pytestmark = pytest.mark.django_db


def found(model: Any, text: str) -> list[Any]:
    """What the office finds in the list of a model."""
    page: Any = admin.site._registry[model]
    request = RequestFactory().get("/", {"q": text})
    request.user = UserFactory.create(is_superuser=True)
    rows, _several = page.get_search_results(request, page.get_queryset(request), text)
    return list(rows)


def test_a_top_up_is_found_by_its_number_its_member_and_their_phone() -> None:
    holder, row = holding(300_00)
    _other, another = holding(100_00)
    member = Member.objects.get(pk=holder.id)

    assert row in found(TopUp, str(row.pk))
    assert found(TopUp, str(member.phone)) == [row]
    assert row in found(TopUp, f" {member.pk} ")
    assert another not in found(TopUp, str(member.phone))
    assert found(TopUp, "no such word") == []
    assert found(TopUp, "9" * 40) == []


def test_each_field_is_asked_alone() -> None:
    holding(300_00)
    with CaptureQueriesContext(connection) as queries:
        found(TopUp, "123")
    asked = [query["sql"] for query in queries if "stored_value_topup" in query["sql"]]
    assert len(asked) == 3  # its number, the phone, the member's number
    assert not any(" OR " in question for question in asked)


def test_an_account_is_found_by_whoever_holds_it() -> None:
    account = Account.objects.get(pk=account_holding(100))

    assert account in found(Account, str(account.holder_id))
    assert account in found(Account, str(account.pk))


def test_an_entry_is_found_by_number_id_and_the_beginning_of_its_memo() -> None:
    holding(300_00)
    entry = Entry.objects.latest("seq")

    assert found(Entry, str(entry.seq)) == [entry]
    assert found(Entry, str(entry.pk)) == [entry]
    assert found(Entry, "no such word") == []


def test_what_an_index_begins_with_is_read_without_reading_the_rows() -> None:
    assert values_of(Visit, "source") == []
    account_holding(100)
    assert "member" in values_of(Account, "holder_kind")
