"""What providers tell later: delivered, came back, reported, opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from messaging.models import (
    Message,
    MessageEvent,
    MessageReason,
    MessageState,
    Suppression,
)

from .send import hint_of
from .states import move
from .suppress import leave_alone

LEFT: Final = (
    MessageState.SENDING,
    MessageState.UNKNOWN,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
)
STATES: Final = {
    "delivered": (MessageState.DELIVERED, LEFT[:3]),
    "bounced": (MessageState.BOUNCED, LEFT),
    "complained": (MessageState.COMPLAINED, (*LEFT, MessageState.BOUNCED)),
    "failed": (MessageState.FAILED, LEFT[:3]),
}
READ: Final = {"opened", "clicked", "unsubscribed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """One piece of news: of which message (our number, or the provider's), and what.

    `event` is how the provider numbers its news; `is_final` whether a bounce is for
    ever, so that the address is left alone.
    """

    kind: str
    public_id: UUID | None = None
    reference: str = ""
    event: str = ""
    detail: str = ""
    is_final: bool = True


@transaction.atomic
def note_receipt(*, receipt: DeliveryReceipt, provider: str, at: datetime) -> bool:
    """Write down what a provider tells; the same twice counts once, news of nothing
    of ours counts not at all.
    """
    message = _message(receipt)
    if message is None:
        return False
    if receipt.kind in READ:
        return _note_reading(message, receipt, provider, at)
    state, before = STATES.get(receipt.kind, (None, ()))
    if state is None or (receipt.kind == "bounced" and not receipt.is_final):
        return False
    also: dict[str, Any] = {}
    if state == MessageState.DELIVERED and message.accepted_at is None:
        also["accepted_at"] = at
    if state == MessageState.FAILED:
        also["counted_on"] = None
    reason = MessageReason.REFUSED if state == MessageState.FAILED else ""
    moved = move(
        [message.pk],
        to=state,
        at=at,
        only_from=before,
        reason=reason,
        detail=receipt.detail[:80],
        **also,
    )
    if moved:
        _learn(message, state, at)
    return bool(moved)


def _message(receipt: DeliveryReceipt) -> Message | None:
    if receipt.public_id is not None:
        return Message.objects.filter(public_id=receipt.public_id).first()
    if not receipt.reference:
        return None
    rows = Message.objects.filter(provider_reference=receipt.reference)
    return rows.exclude(provider="").first()


def _note_reading(
    message: Message, receipt: DeliveryReceipt, provider: str, at: datetime
) -> bool:
    """Opened, or a link in it: by its reader or by a machine, nobody can tell."""
    number = f"{provider}:{receipt.event}"[:160] if receipt.event else None
    before = message.events.count()
    MessageEvent.objects.bulk_create(
        [
            MessageEvent(
                message=message,
                kind=receipt.kind,
                at=at,
                detail=receipt.detail[:80],
                provider_event=number,
            )
        ],
        ignore_conflicts=True,
    )
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)
    return message.events.count() > before


def _learn(message: Message, state: MessageState, at: datetime) -> None:
    """An address whose letters come back, or whose owner complains, is left alone."""
    reasons = {
        MessageState.BOUNCED: Suppression.Reason.BOUNCED,
        MessageState.COMPLAINED: Suppression.Reason.COMPLAINED,
    }
    if state not in reasons or not message.address_digest:
        return
    leave_alone(
        channel=message.channel,
        digest=message.address_digest,
        hint=message.address_hint or _hint(message),
        reason=reasons[state],
        is_total=state == MessageState.BOUNCED,
        at=at,
    )


def _hint(message: Message) -> str:
    member = message.member
    if member is None:
        return ""
    address = member.email if message.channel == "email" else member.phone or ""
    return hint_of(message.channel, address)
