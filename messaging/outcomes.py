"""What the apps above do when a message of theirs comes to a new state.

An app registers in its `apps.py` for the keys that begin with its own word; it is
called in the transaction of the change, as a step of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .models import Message


@dataclass(frozen=True, slots=True)
class News:
    """A message that has come to a state."""

    message_id: int
    key: str
    state: str
    at: datetime


class Listener(Protocol):
    """A step of an app above."""

    def __call__(self, news: Sequence[News], /) -> None: ...


_listeners: dict[str, Listener] = {}


def register(word: str, listener: Listener) -> None:
    """Hear of the messages whose key begins with `word:`."""
    _listeners[word] = listener


def is_heard(key: str) -> bool:
    """Whether an app above hears of the message of this key."""
    return key.partition(":")[0] in _listeners


def tell(message_ids: Sequence[int], *, state: str, at: datetime) -> None:
    """A step: tell whoever decided these messages."""
    if not _listeners or not message_ids:
        return
    told: dict[str, list[News]] = {}
    for pk, key in Message.objects.filter(pk__in=message_ids).values_list("pk", "key"):
        word = key.partition(":")[0]
        if word in _listeners:
            told.setdefault(word, []).append(News(pk, key, state, at))
    for word, news in told.items():
        _listeners[word](news)
