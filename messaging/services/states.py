"""The one place where a message comes from one state to another."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from messaging import outcomes
from messaging.models import Message, MessageEvent, MessageState

OPEN = (
    MessageState.WAITING,
    MessageState.HELD,
    MessageState.SENDING,
    MessageState.UNKNOWN,
)
# A state that is news by itself; to be taken up or to wait again is not.
AT_ONCE: Final = 5_000  # rows of a statement
NEWS = frozenset(MessageEvent.Kind.values) & frozenset(MessageState.values)


def move(
    message_ids: Iterable[int] | QuerySet[Any, Any],
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

    `message_ids` may be a query. Of two who would move one, the first does: they are
    locked in key order, in as many statements for many as for one. Codes are wiped once
    nothing is sent any more, the address of whoever is no member stays for the bounce
    to be told by.
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
    standing = Message.objects.filter(pk__in=message_ids, state__in=only_from)
    locked = standing.order_by("pk").select_for_update(no_key=True)
    moved = list(locked.values_list("pk", flat=True))
    Message.objects.filter(pk__in=moved).update(**changed)
    if to in NEWS:
        MessageEvent.objects.bulk_create(
            [
                MessageEvent(message_id=pk, kind=to, at=at, detail=detail or reason)
                for pk in moved
            ],
            batch_size=AT_ONCE,
            ignore_conflicts=True,
        )
    outcomes.tell(moved, state=to, at=at)
    return moved
