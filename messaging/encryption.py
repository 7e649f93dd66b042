"""Addresses and codes at rest: encrypted in the database, opened only to send.

The key comes from `SECRET_KEY`; what was encrypted with a former one
(`SECRET_KEY_FALLBACKS`) still opens.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from .errors import MessageUnreadable

ENCRYPTION: Final = b"regulars.messaging.values.v1"
DIGESTS: Final = b"regulars.messaging.addresses.v1"


def encrypt(text: str) -> str:
    """What may lie in the database."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """The text itself. Raises MessageUnreadable."""
    try:
        return _keys().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise MessageUnreadable from None


def encrypt_values(values: Mapping[str, str]) -> str:
    """Secret values as one sealed text; nothing where there are none."""
    return encrypt(json.dumps(dict(values))) if values else ""


def decrypt_values(encrypted: str) -> dict[str, str]:
    """The secret values themselves. Raises MessageUnreadable."""
    if not encrypted:
        return {}
    found: dict[str, str] = json.loads(decrypt(encrypted))
    return found


def address_digest(channel: str, address: str) -> str:
    """By which an address is found again without being kept."""
    return _digest(settings.SECRET_KEY, channel, address)


def address_digests(channel: str, address: str) -> list[str]:
    """The same under this key and every former one."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_digest(key, channel, address) for key in known]


def _digest(key: str, channel: str, address: str) -> str:
    text = f"{channel}:{address.strip().casefold()}"
    derived = _derived(key, DIGESTS)
    return hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()


def _keys() -> MultiFernet:
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(_derived(key, ENCRYPTION))) for key in known]
    )


@lru_cache(maxsize=8)
def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(
        key.encode()
    )
