"""Codes of coupons: made at random, read however they were typed.

Twelve characters for a member's own coupon (55 random bits), sixteen for a printed one
that serves whoever bears it (75 bits, kept as a keyed hash); the last is a check.
"""

import base64
import secrets
import unicodedata
from datetime import UTC, datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

# Without I, L, O and U, which are taken for 1, 1, 0 and V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILOU", "110V")
HELD, BEARER = 12, 16
SEPARATORS = frozenset(" -–—_·.\t\r\n")


def new_code(length: int) -> str:
    """A code nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Odd weights: one character mistyped is always noticed, two swapped nearly so."""
    total = sum(
        (2 * place + 1) * ALPHABET.index(character)
        for place, character in enumerate(body)
    )
    return ALPHABET[total % len(ALPHABET)]


def normalised(typed: str) -> str | None:
    """The code that was meant: case, spaces and look-alikes forgiven; None: no code."""
    plain = unicodedata.normalize("NFKC", typed[:80]).upper()
    code = "".join(
        character for character in plain if character not in SEPARATORS
    ).translate(LOOK_ALIKES)
    if len(code) not in (HELD, BEARER) or not set(code) <= set(ALPHABET):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """As it is printed: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def digest(secret: str) -> bytes:
    """What is kept of a bearer's code or a gift's link: of no use without our key."""
    return _keyed(secret, settings.SECRET_KEY)


def digests(secret: str) -> list[bytes]:
    """How it may be kept: also under keys that were changed since."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_keyed(secret, key) for key in keys]


def _keyed(secret: str, key: str | bytes) -> bytes:
    return salted_hmac("coupons.codes", secret, secret=key, algorithm="sha256").digest()


def gift_token(coupon_id: int, offered_at: datetime) -> str:
    """The secret part of a gift's link: the same for the same offer, so that its giver
    can be shown it again.
    """
    return _gift_token(coupon_id, offered_at, settings.SECRET_KEY)


def shown_gift_token(coupon_id: int, offered_at: datetime, kept: bytes) -> str:
    """The same, made with whichever of our keys it was made with; empty: with none."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _gift_token(coupon_id, offered_at, key)
        if kept in digests(token):
            return token
    return ""


def _gift_token(coupon_id: int, offered_at: datetime, key: str | bytes) -> str:
    offer = f"{coupon_id}:{offered_at.astimezone(UTC).isoformat()}"
    made = salted_hmac("coupons.gifts", offer, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made[:24]).decode()
