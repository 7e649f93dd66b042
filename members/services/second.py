"""The second person beside whoever merges or erases."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import transaction

from ledger.services import Act
from members.errors import MemberBusy
from stores.services import Mending

from .locks import soon

TRIES = 5


def with_second_person[Done](
    write: Callable[[Act], Done],
    *,
    act: str,
    amount: int,
    subject: str,
    by: Mending,
    members: Iterable[int],
) -> Done:
    """Get the approval, then do it and use the approval up, all or nothing.

    Where a till is in the way it is tried again. Raises MemberBusy.
    """
    approval = by.approved(act, amount=amount, subject=subject, members=members)

    def once() -> Done:
        with soon(), transaction.atomic(durable=True):
            by.use(approval, act, amount=amount, subject=subject, members=members)
            return write(by.act())

    for _try in range(TRIES - 1):
        with suppress(MemberBusy):
            return once()
    return once()
