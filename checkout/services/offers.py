"""What the office offers on bills; a change takes back nothing that was given."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from checkout.errors import OfferRefused
from checkout.models import BillOffer, NextVisitGift
from ledger.services import Act
from stores import services as stores_services


@transaction.atomic
def save_bill_offer(*, offer: BillOffer, by: Act, at: datetime) -> BillOffer:
    """Add or change what is taken off bills, from now on.

    Raises OfferRefused with every sentence that is wrong, NotAllowed.
    """
    _save(offer, "offer", by, at, {"amount_off": offer.amount_off})
    return offer


@transaction.atomic
def save_next_visit_gift(
    *, gift: NextVisitGift, by: Act, at: datetime
) -> NextVisitGift:
    """Add or change which coupon a bill gives for the next visit, from now on.

    Raises OfferRefused with every sentence that is wrong, NotAllowed.
    """
    _save(gift, "next_visit", by, at, {"template": gift.template_id})
    return gift


def _save(
    row: BillOffer | NextVisitGift,
    word: str,
    by: Act,
    at: datetime,
    facts: dict[str, object],
) -> None:
    is_new = row.pk is None
    verb = "add" if is_new else "change"
    stores_services.require_for(by, f"checkout.{verb}_{row._meta.model_name}")
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise OfferRefused(wrong.messages) from wrong
    row.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name=f"checkout.{word}_{'added' if is_new else 'changed'}",
        by=by,
        at=at,
        subject=row,
        facts={"name": row.name, "is_active": row.is_active, **facts},
    )
