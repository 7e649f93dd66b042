"""Sales given back, an hour after they were made."""

from datetime import timedelta
from typing import Any

from checkout import services as checkout_services
from checkout.models import Refund, Sale
from tests.factories.checkout import a_key, at_store
from tests.factories.stores import NOON

LATER = NOON + timedelta(hours=1)


def refund(sale: Sale, amount: int | None = None, **facts: Any) -> Refund:
    """By a program of the sale's store, unless told otherwise."""
    return checkout_services.refund_sale(
        **{
            "sale_id": sale.pk,
            "amount": amount,
            "reason": "cold soup",
            "by": at_store(sale.store),
            "at": LATER,
            "key": a_key(),
            **facts,
        }
    )


def void(sale: Sale, **facts: Any) -> Refund:
    """By a program of the sale's store, unless told otherwise."""
    return checkout_services.void_sale(
        **{
            "sale_id": sale.pk,
            "reason": "wrong table",
            "by": at_store(sale.store),
            "at": LATER,
            "key": a_key("void"),
            **facts,
        }
    )
