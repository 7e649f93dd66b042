"""The second person beside whoever merges or erases."""

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from ledger.services import Act
from members.errors import MemberBusy
from stores import services as stores_services
from stores.models import Approval
from stores.services import Mending

from .locks import soon

TRIES = 5


def with_second_person[Done](
    write: Callable[[Act], Done], *, act: str, amount: int, subject: str, by: Mending
) -> Done:
    """Get the approval, then do it and use the approval up, all or nothing.

    Where a till is in the way it is tried again. Raises MemberBusy.
    """
    approval = _approved(act, amount, subject, by)
    doing = stores_services.act(
        staff=by.maker,
        store=by.store,
        approver=by.checker,
        at=by.at,
        request_id=by.request_id,
    )

    def once() -> Done:
        with soon(), transaction.atomic(durable=True):
            stores_services.consume_approval(
                approval=approval,
                act=act,
                maker=by.maker,
                amount=amount,
                store=by.store,
                at=by.at,
                subject=subject,
            )
            return write(doing)

    for _try in range(TRIES - 1):
        with suppress(MemberBusy):
            return once()
    return once()


def _approved(act: str, amount: int, subject: str, by: Mending) -> Approval:
    approval = stores_services.request_approval(
        act=act,
        maker=by.maker,
        store=by.store,
        amount=amount,
        reason=by.reason,
        at=by.at,
        subject=subject,
        request_id=by.request_id,
    )
    stores_services.approve(
        approval=approval,
        checker=by.checker,
        secret=by.secret,
        at=by.at,
        request_id=by.request_id,
    )
    return approval
