"""What stands for a phone, a browser or a code where neither is kept."""

import hashlib
import secrets
from typing import Final

from django.utils.crypto import salted_hmac

SALT: Final = "accounts.digests"
BYTES: Final = 32


def new_token() -> str:
    """A secret for a browser to keep."""
    return secrets.token_urlsafe(BYTES)


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def digest_of(kind: str, value: str) -> str:
    """By which a value is found again; without our key it tells nothing."""
    return salted_hmac(f"{SALT}.{kind}", value, algorithm="sha256").hexdigest()


def phone_digest(phone: str) -> str:
    """By which a phone in E.164 is found again."""
    return digest_of("phone", phone)


def email_digest(email: str) -> str:
    """By which an e-mail address is found again, in whatever case it is typed."""
    return digest_of("email", email.strip().casefold())


def digest_of_token(token: str) -> str:
    """Random enough to need no key, so that a new SECRET_KEY signs nobody out."""
    return hashlib.sha256(token.encode()).hexdigest()
