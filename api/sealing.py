"""Answers are kept sealed: they hold people's data, and codes that are shown once.

What opens them is the text of the caller's key, which is kept nowhere. Whoever has the
database, even with the house's own secrets, reads no answer.
"""

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE: Final = 12
SALT: Final = b"api.answers"


def key_from(token: str) -> bytes:
    """The sealing key of whoever holds this key's text: 256 random bits went in."""
    return hmac.new(SALT, token.encode(), hashlib.sha256).digest()


def seal(key: bytes, plain: bytes, *, belongs_to: str) -> bytes:
    """Plain bytes, readable only with the same key and for the same request."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, belongs_to.encode())


def unseal(key: bytes, sealed: bytes, *, belongs_to: str) -> bytes | None:
    """The plain bytes again; None where they are not ours."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], belongs_to.encode())
    except (InvalidTag, ValueError):
        return None
