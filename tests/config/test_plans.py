"""What the office filters by is planned for what it filters by, however often asked."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from common.postgresql.plans import custom_plans
from tests.factories.stores import UserFactory, signed_in

pytestmark = pytest.mark.django_db

OFTEN = 8  # more than it takes to prepare a statement


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def prepared(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            [f'%FROM "{table}"%'],
        )
        return int(cursor.fetchone()[0])


def test_a_list_of_the_office_is_planned_for_its_filter_each_time(
    office: Client,
) -> None:
    address = reverse("admin:ledger_entry_changelist")

    for _ in range(OFTEN):
        assert office.get(address, {"kind__exact": "payout"}).status_code == 200

    assert prepared("ledger_entry") == 0


def test_all_else_is_prepared_as_before_and_so_is_what_comes_after(
    office: Client,
) -> None:
    with custom_plans():
        for _ in range(OFTEN):
            assert not Group.objects.filter(name="payout").exists()
    assert prepared("auth_group") == 0

    for _ in range(OFTEN):
        assert not Group.objects.filter(name="payout").exists()
    assert prepared("auth_group") == 1


def test_after_a_fault_statements_are_prepared_again() -> None:
    before = connection.connection.prepare_threshold

    with pytest.raises(ZeroDivisionError), custom_plans():
        _ = 1 // 0

    assert connection.connection.prepare_threshold == before == 3
