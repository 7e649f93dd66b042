"""Calling off what has not left yet."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from common.text import one_line
from ledger.services import Act
from messaging.errors import MessageNotWaiting
from messaging.models import Message, MessageReason, MessageState
from stores import services as stores_services

from .states import move

CANCEL = "messaging.cancel_message"


@transaction.atomic
def cancel_message(*, message_id: int, reason: str, by: Act, at: datetime) -> None:
    """A message that waits is not sent. Raises MessageNotWaiting, NotAllowed."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise MessageNotWaiting
    stores_services.require_over(by, CANCEL, store_id=message.store_id)
    gone = move(
        [message_id],
        to=MessageState.DROPPED,
        reason=MessageReason.CANCELLED,
        only_from=(MessageState.WAITING, MessageState.HELD),
        at=at,
    )
    if not gone:
        raise MessageNotWaiting
    stores_services.record_act(
        name="messaging.cancelled",
        by=by,
        at=at,
        subject=message,
        facts={"reason": one_line(reason, 200)},
    )


@transaction.atomic(savepoint=False)
def cancel_waiting_step(*, messages: QuerySet[Any, Any], at: datetime) -> int:
    """A step of another's command: what waits among these numbers is not sent; how many
    those were. A message that is being handed over just now may still leave.
    """
    gone = move(
        messages,
        to=MessageState.DROPPED,
        reason=MessageReason.CANCELLED,
        only_from=(MessageState.WAITING, MessageState.HELD),
        at=at,
    )
    return len(gone)


def call_off(*, key_begins: str, at: datetime) -> int:
    """A step: whoever decided messages calls them off where they have not left; of how
    many that was so.
    """
    before = (MessageState.WAITING, MessageState.HELD, MessageState.UNKNOWN)
    rows = Message.objects.filter(key__startswith=key_begins)
    return len(
        move(
            rows.values("pk"),
            to=MessageState.DROPPED,
            reason=MessageReason.CANCELLED,
            only_from=before,
            at=at,
        )
    )
