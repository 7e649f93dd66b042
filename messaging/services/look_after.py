"""What was left in the middle: dead workers' messages, and those nobody knows about."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from messaging.channels import SendResult, SendStatus, carrier_for
from messaging.models import Message, MessageReason, MessageState

from .handover import LOOK_AGAIN, may_go_twice, when_unknown
from .states import move

MOST: Final = 500
# So long a provider is asked; then nobody will ever know.
ASKED_FOR: Final = timedelta(days=1)


@transaction.atomic(durable=True)
def find_lost(*, at: datetime, most: int = MOST) -> int:
    """Messages whose worker died: not begun, they wait again; begun, nobody knows."""
    lost = Message.objects.filter(state=MessageState.SENDING, lease_until__lte=at)
    rows = lost.select_for_update(of=("self",), no_key=True, skip_locked=True)
    found = list(rows.order_by("pk")[:most])
    untouched = [one.pk for one in found if one.handed_over_at is None]
    Message.objects.filter(pk__in=untouched).update(
        state=MessageState.WAITING,
        attempts=F("attempts") - 1,
        lease_until=None,
        due_at=at,
        counted_on=None,
    )
    for message in found:
        if message.handed_over_at is not None:
            move(
                [message.pk],
                to=MessageState.UNKNOWN,
                at=at,
                only_from=(MessageState.SENDING,),
                detail="lost",
                **when_unknown(message, at),
            )
    return len(found)


def unclear(*, at: datetime, most: int = MOST) -> list[int]:
    """The messages about which something can be found out, or done, now."""
    rows = Message.objects.filter(state=MessageState.UNKNOWN, due_at__lte=at)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:most])


def clear_up(*, message_id: int, at: datetime) -> bool:
    """Ask the provider by our number; where it cannot be asked, send service again.

    Nothing is sent a second time before the provider said that it never had it. Of two
    who would clear up one message, one does.
    """
    claimed = Message.objects.filter(
        pk=message_id, state=MessageState.UNKNOWN, due_at__lte=at
    ).update(due_at=at + LOOK_AGAIN)
    if not claimed:
        return False
    message = Message.objects.select_related("version__template").get(pk=message_id)
    carrier = carrier_for(message.channel, purpose=message.purpose)
    if not carrier.capabilities.can_be_asked:
        return _decide_unasked(message, at)
    return _learn(message, carrier.ask(message.public_id), at)


@transaction.atomic(durable=True)
def _decide_unasked(message: Message, at: datetime) -> bool:
    if may_go_twice(message):
        return _wait_again(message, at, sent_twice=True)
    return _give_up(message)


@transaction.atomic(durable=True)
def _learn(message: Message, outcome: SendResult, at: datetime) -> bool:
    if outcome.fate == SendStatus.UNHEARD:
        return _wait_again(message, at, sent_twice=message.sent_twice)
    if outcome.fate in {SendStatus.UNKNOWN, SendStatus.NOT_SENT}:
        first = message.events.filter(kind="unknown").order_by("at").first()
        is_over = first is not None and at - first.at >= ASKED_FOR
        return _give_up(message) if is_over else False
    state, reason = _STATES[outcome.fate]
    accepted = {"accepted_at": at} if state in _TAKEN else {}
    return bool(
        move(
            [message.pk],
            to=state,
            at=at,
            only_from=(MessageState.UNKNOWN,),
            reason=reason,
            detail="asked",
            provider_reference=outcome.reference or message.provider_reference,
            **accepted,
        )
    )


_TAKEN = (MessageState.ACCEPTED, MessageState.DELIVERED)
_STATES = {
    SendStatus.ACCEPTED: (MessageState.ACCEPTED, ""),
    SendStatus.DELIVERED: (MessageState.DELIVERED, ""),
    SendStatus.BOUNCED: (MessageState.BOUNCED, ""),
    SendStatus.COMPLAINED: (MessageState.COMPLAINED, ""),
    SendStatus.REFUSED: (MessageState.FAILED, MessageReason.REFUSED),
}


def _wait_again(message: Message, at: datetime, *, sent_twice: bool) -> bool:
    gone = move(
        [message.pk],
        to=MessageState.WAITING,
        at=at,
        only_from=(MessageState.UNKNOWN,),
        due_at=at,
        sent_twice=sent_twice,
    )
    if gone:
        message.events.create(kind="again", at=at, detail="unclear")
    return bool(gone)


def _give_up(message: Message) -> bool:
    """It stays unknown, and nothing more is done by itself."""
    return bool(
        Message.objects.filter(pk=message.pk, state=MessageState.UNKNOWN).update(
            due_at=None, reason=MessageReason.SILENT, sealed_values=""
        )
    )
