"""The secrets that we sign with: sealed in the database, opened only to sign.

A stolen copy of the database alone forges nothing. The key comes from `SECRET_KEY`;
what was sealed with a former one (`SECRET_KEY_FALLBACKS`) still opens.
"""

import base64
import secrets
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from .errors import SecretUnreadable

PREFIX: Final = "whsec_"
BYTES: Final = 32
PURPOSE: Final = b"regulars.outbox.webhook-secret.v1"


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal(secret: str) -> str:
    """What may lie in the database."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret itself. Raises SecretUnreadable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _keys() -> MultiFernet:
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(text)) for text in known])


def _key(text: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(derived.derive(text.encode()))
