"""What a command will ask first, asked in the same breath as who calls.

One round trip less for each bill. Who a key is and where it acts was learnt when it was
last used, and is only a guess: the answer counts if the query finds the same again.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from django.http import HttpRequest

from stores.models import ApiKey, Store

MOST_KEYS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """A column to be asked for, and how its answer is read."""

    sql: LiteralString
    params: Sequence[Any]
    read: Callable[[Any], object]


# By fingerprints of the key's text and of the store that was named with it.
_met: dict[bytes, tuple[ApiKey, Store | None]] = {}


def expected(token: str, code: str) -> tuple[ApiKey, Store | None] | None:
    """Who this was when it was last let in."""
    return _met.get(_name(token, code))


def remember(token: str, code: str, key: ApiKey, store: Store | None) -> None:
    """Who this is."""
    if len(_met) >= MOST_KEYS:
        _met.clear()
    _met[_name(token, code)] = key, store


def put(request: HttpRequest, answer: object) -> None:
    """Leave what was looked up with the request."""
    request.ahead = answer  # type: ignore[attr-defined]  # ours to give


def take(request: HttpRequest) -> Any:
    """What was looked up ahead, once: whoever tries again looks again."""
    answer = getattr(request, "ahead", None)
    put(request, None)
    return answer


def _name(token: str, code: str) -> bytes:
    return hashlib.sha256(f"{token} {code}".encode()).digest()
