"""Codes on slips: made from our key, read however they were typed, kept as a digest.

Ten characters (45 bits that nobody can guess without the key, and a check): typed at a
counter or in the portal, where a few wrong tries make one wait.
"""

import hashlib
import hmac
import unicodedata
from typing import Final

from django.conf import settings

from coupons.codes import ALPHABET, LOOK_ALIKES, SEPARATORS, check_character

LENGTH: Final = 10
BITS: Final = 5  # of a character


def code_of(purpose: str, key: str) -> str:
    """The code of a slip: the same for the same key, so that it can be reprinted."""
    number = int.from_bytes(_keyed(f"make:{purpose}", key), "big")
    body = "".join(
        ALPHABET[(number >> (BITS * place)) & 31] for place in range(LENGTH - 1)
    )
    return body + check_character(body)


def normalised(typed: str) -> str | None:
    """The code that was meant: case, spaces and look-alikes forgiven; None: no code."""
    plain = unicodedata.normalize("NFKC", typed[:80]).upper()
    code = "".join(
        character for character in plain if character not in SEPARATORS
    ).translate(LOOK_ALIKES)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """As it is printed: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def digest(purpose: str, code: str) -> str:
    """What is kept of a code: of no use without our key."""
    return _keyed(f"keep:{purpose}", code).hex()


def is_same(kept: str, given: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(kept.encode(), given.encode())


def _keyed(purpose: str, text: str) -> bytes:
    key = hashlib.sha256(b"points.codes:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).digest()
