"""The ways of paying, as head office sets them up.

Not durable, as other commands are: the admin's change page opens a transaction.
"""

from datetime import datetime

from django.db import transaction

from stores.models import TenderKind, User
from stores.selectors import forget_tenders

from .audit import act, record_act, require


@transaction.atomic
def save_tender(
    *, tender: TenderKind, by: User, at: datetime, request_id: str = ""
) -> None:
    """Add a way of paying, or change it; its code stays, and whether it earns."""
    is_new = tender.pk is None
    verb = "add" if is_new else "change"
    require(by, f"stores.{verb}_tenderkind", store=None)
    tender.save(force_insert=is_new, force_update=not is_new)
    forget_tenders()
    record_act(
        name="stores.tender_added" if is_new else "stores.tender_changed",
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=tender,
        facts={"code": tender.code, "is_active": tender.is_active},
    )
