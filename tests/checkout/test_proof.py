"""The nightly proof names a sale whose rows tell another story than the books."""

import pytest
from django.db import connection

from ledger import services as ledger_services
from tests.checkout.giving_back import refund
from tests.factories import stored_value as wallet_factory
from tests.factories.checkout import a_sale

pytestmark = pytest.mark.django_db

FORGED = {
    "a sale is the sum of its lines, discounts and payments": (
        "UPDATE checkout_saleline SET net = net - 1, refunded = 0 WHERE place = 2"
    ),
    "what was refunded is the sum of the refunds": (
        "UPDATE checkout_sale SET refunded = refunded + 1"
    ),
    "what refunds gave back is what the books reversed": (
        "UPDATE checkout_salepayment SET returned = returned + 1"
    ),
}


@pytest.mark.parametrize("check", FORGED)
def test_a_forged_row_is_found(check: str) -> None:
    refund(a_sale(60_00, 40_00, discount=5_00), 30_00)
    assert wallet_factory.is_proven()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("sale", "saleline", "salepayment"):
            cursor.execute(f"ALTER TABLE checkout_{table} DISABLE TRIGGER USER")
        cursor.execute(FORGED[check])
        for table in ("sale", "saleline", "salepayment"):
            cursor.execute(f"ALTER TABLE checkout_{table} ENABLE TRIGGER USER")
    found = ledger_services.prove_books().differences
    assert check in {difference.check for difference in found}
