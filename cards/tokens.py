"""The rotating code: eighteen digits that say who shows them, for a minute. Pure.

    7 | nine digits: who, masked | eight digits: a MAC over who and when

The mask is drawn from the MAC and the time, so that two codes of one card have nothing
in common; the time is not in the code, it is tried: these ten seconds, the sixty before
(so a code lives 60 to 70 seconds) and the ten to come, for a clock that is off. A
guess is right once in some ten million, and few are allowed (`CardsPolicy`). Keys
derive from SECRET_KEY; those of SECRET_KEY_FALLBACKS are still understood, so that the
key can be changed by day.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

STEP: Final = 10  # seconds
LIFE: Final = 60
SKEW: Final = 1  # steps
PREFIX: Final = "7"
DEVICE_PREFIX: Final = "8"
LENGTH: Final = 18
WHO: Final = 10**9
MAC: Final = 10**8
SALT: Final = b"cards.rotating_code"


class TooManyToName(Exception):
    """More cards or members than nine digits can name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a right code says: whose it is, and the ten seconds it was made in."""

    card_id: int | None
    member_id: int | None
    step: int
    # The device that made it by itself (`cards/device_codes.py`).
    device_id: int | None = None


def mint_code(
    *, at: datetime, card_id: int | None = None, member_id: int | None = None
) -> str:
    """The code to show now for a card, or for a member without one."""
    who = _who(card_id, member_id)
    step = step_of(at)
    key = _key(settings.SECRET_KEY)
    mac = _mac(key, who, step)
    masked = (who + _mask(key, mac, step)) % WHO
    return f"{PREFIX}{masked:09d}{mac:08d}"


def read_code(code: str, *, at: datetime) -> Shown | None:
    """Whose code this is, if it is one and its minute is not over."""
    if len(code) != LENGTH or not code.isascii() or not code.isdigit():
        return None
    if code[0] != PREFIX:
        return None
    masked, mac = int(code[1:10]), int(code[10:])
    found = None
    # Every step and key is tried, right or not: time tells nothing.
    for key in _keys():
        for step in steps_around(at):
            who = (masked - _mask(key, mac, step)) % WHO
            right = hmac.compare_digest(
                f"{_mac(key, who, step):08d}".encode(), code[10:].encode()
            )
            found = (who, step) if right and found is None else found
    if found is None:
        return None
    who, step = found
    number, is_member = divmod(who, 2)
    return Shown(None, number, step) if is_member else Shown(number, None, step)


def looks_like_code(digits: str) -> bool:
    """Whether these digits can be nothing else of ours."""
    return len(digits) == LENGTH and digits.startswith((PREFIX, DEVICE_PREFIX))


def step_of(at: datetime) -> int:
    """Which ten seconds since 1970 a moment is in."""
    return int(at.timestamp()) // STEP


def steps_around(at: datetime) -> Iterator[int]:
    """Every ten seconds in which a code that is good now may have been made."""
    now = step_of(at)
    yield from range(now + SKEW, now - LIFE // STEP - SKEW, -1)


def _who(card_id: int | None, member_id: int | None) -> int:
    if (card_id is None) == (member_id is None):
        raise ValueError("a code is for a card or for a member")
    who = 2 * card_id if card_id is not None else 2 * (member_id or 0) + 1
    if who >= WHO:
        raise TooManyToName
    return who


def _mac(key: bytes, who: int, step: int) -> int:
    return _number(key, f"mac:{who}:{step}") % MAC


def _mask(key: bytes, mac: int, step: int) -> int:
    return _number(key, f"mask:{mac}:{step}") % WHO


def _number(key: bytes, text: str) -> int:
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:16])


def _keys() -> list[bytes]:
    older = [str(secret) for secret in settings.SECRET_KEY_FALLBACKS]
    return [_key(secret) for secret in (settings.SECRET_KEY, *older)]


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), SALT, hashlib.sha256).digest()
