"""The one place where a message comes from one state to another."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from messaging import outcomes
from messaging.models import Message, MessageEvent, MessageState

OPEN = (
    MessageState.WAITING,
    MessageState.HELD,
    MessageState.SENDING,
    MessageState.UNKNOWN,
)
# A state that is news by itself; to be taken up or to wait again is not.
NEWS = frozenset(MessageEvent.Kind.values) & frozenset(MessageState.values)


def move(
    message_ids: Sequence[int],
    *,
    to: MessageState,
    at: datetime,
    only_from: Collection[str],
    reason: str = "",
    due_at: datetime | None = None,
    detail: str = "",
    **also: Any,
) -> list[int]:
    """A step: messages that stand where they should come to another state; which did.

    Of two who would move one, the first does. Codes are wiped once nothing is sent any
    more, the address of whoever is no member stays for the bounce to be told by.
    """
    changed: dict[str, Any] = {
        "state": to,
        "reason": reason,
        "due_at": due_at,
        "lease_until": None,
        "handed_over_at": None,
        **also,
    }
    if to not in OPEN:
        changed["sealed_values"] = ""
    moved = [
        pk
        for pk in sorted(message_ids)
        if Message.objects.filter(pk=pk, state__in=only_from).update(**changed)
    ]
    if to in NEWS:
        MessageEvent.objects.bulk_create(
            [
                MessageEvent(message_id=pk, kind=to, at=at, detail=detail or reason)
                for pk in moved
            ],
            ignore_conflicts=True,
        )
    outcomes.tell(moved, state=to, at=at)
    return moved
