"""The second person beside whoever merges or erases."""

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from ledger.services import Act
from members.errors import MemberBusy
from stores import services as stores_services
from stores.services import Mending

from .locks import soon

TRIES = 5


def with_second_person[Done](
    write: Callable[[Act], Done], *, act: str, amount: int, subject: str, by: Mending
) -> Done:
    """Get the approval, then do it and use the approval up, all or nothing.

    Where a till is in the way it is tried again. Raises MemberBusy.
    """
    approval = by.approved(act, amount=amount, subject=subject)

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
            return write(by.act())

    for _try in range(TRIES - 1):
        with suppress(MemberBusy):
            return once()
    return once()
