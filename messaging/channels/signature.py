"""Requests between us and a gateway, signed both ways with one secret."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

TOLERANCE: Final = 300


def sign(body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
    """The headers that prove who wrote a body, and when."""
    moment = str(int(at.timestamp()))
    return {"X-Timestamp": moment, "X-Signature": _of(moment, body, secret)}


def is_signed(
    body: bytes, *, moment: str, signature: str, secret: str, at: datetime
) -> bool:
    """Whether a body was written with the secret, within these five minutes."""
    if not secret or not moment.isascii() or not moment.isdecimal() or len(moment) > 12:
        return False
    if abs(int(at.timestamp()) - int(moment)) > TOLERANCE:
        return False
    return hmac.compare_digest(_of(moment, body, secret).encode(), signature.encode())


def _of(moment: str, body: bytes, secret: str) -> str:
    signed = moment.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
