"""What the database refuses of sales by itself, and would not without its guard."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from checkout.models import Refund, Sale
from tests.checkout.giving_back import refund, void
from tests.factories.checkout import a_sale

pytestmark = pytest.mark.django_db
COPY = """
INSERT INTO checkout_refund
SELECT (jsonb_populate_record(r, jsonb_build_object(
         'id', gen_random_uuid(), 'key', gen_random_uuid(), 'is_void', {is_void}))).*
  FROM checkout_refund r
"""
ATTACKS = {
    # guard: (table, statement on a sale of 100.00 of which 40.00 were refunded)
    "checkout_sale_refunds_within_the_net": (
        "checkout_sale",
        "UPDATE checkout_sale SET refunded = 10001",
    ),
    "checkout_saleline_refunds_within_the_net": (
        "checkout_saleline",
        "UPDATE checkout_saleline SET refunded = 10001",
    ),
    "checkout_salepayment_returns_within_the_paid": (
        "checkout_salepayment",
        "UPDATE checkout_salepayment SET returned = 10001",
    ),
    "checkout_sale_status_ends": (
        "checkout_sale",
        "UPDATE checkout_sale SET refunded = 0",
    ),
    "checkout_sale_keeps": (
        "checkout_sale",
        "UPDATE checkout_sale SET reference = 'x'",
    ),
    "checkout_refund_void_stands_alone": (
        "checkout_refund",
        COPY.format(is_void="true"),
    ),
    "checkout_refund_never_changed": (
        "checkout_refund",
        "UPDATE checkout_refund SET reason = 'another'",
    ),
}


def attempt(statement: str) -> bool:
    """Whether the database lets it through; undone either way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


@contextmanager
def without(table: str, guard: str) -> Iterator[None]:
    """The guard is gone, until the transaction is undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing pending on the table
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = %s)", [guard]
        )
        if cursor.fetchone()[0]:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {guard}")
        else:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("guard", ATTACKS)
def test_the_database_refuses_it_and_only_because_of_its_guard(guard: str) -> None:
    refund(a_sale(), 40_00)
    table, statement = ATTACKS[guard]
    assert not attempt(statement)
    with without(table, guard):
        assert attempt(statement)
    assert not attempt(statement)


def test_after_a_void_no_refund_is_written_and_no_status_comes_back() -> None:
    sale = a_sale()
    void(sale)
    assert not attempt(COPY.format(is_void="false"))
    assert not attempt("UPDATE checkout_sale SET status = 'captured'")
    assert not attempt("DELETE FROM checkout_refund")
    assert not attempt("DELETE FROM checkout_sale")
    assert Refund.objects.count() == 1
    assert Sale.objects.get().status == "void"
