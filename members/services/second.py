"""The second person beside whoever merges or erases."""

from collections.abc import Callable

from django.db import OperationalError, transaction
from psycopg import Error as PsycopgError

from ledger.services import Act
from members.errors import MemberBusy
from stores import services as stores_services
from stores.models import Approval
from stores.services import Mending

TRIES = 5
NO_LOCK = frozenset({"55P03", "40P01"})  # lock_not_available, deadlock_detected


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
        with transaction.atomic(durable=True):
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
        try:
            return once()
        except OperationalError as busy:
            if not is_busy(busy):
                raise
    try:
        return once()
    except OperationalError as busy:
        if is_busy(busy):
            raise MemberBusy from busy
        raise


def is_busy(failure: OperationalError) -> bool:
    """Whether a lock was not to be had in time."""
    cause = failure.__cause__
    return isinstance(cause, PsycopgError) and cause.sqlstate in NO_LOCK


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
