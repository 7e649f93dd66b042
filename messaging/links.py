"""Links in messages that end offers or say what one wants, without signing in.

Whoever has the message may end what comes by it: the link is signed, names our number
of the message alone, and serves as long as the message is kept.
"""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing

SALT: Final = "messaging.unsubscribe"


def token_of(public_id: UUID) -> str:
    """What stands in the link."""
    return signing.Signer(salt=SALT).sign(public_id.hex)


def message_of(token: str) -> UUID | None:
    """Our number of the message, if the link is ours."""
    try:
        return UUID(hex=signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def unsubscribe_link(public_id: UUID) -> str:
    """Where one click ends what came by this message."""
    return f"{settings.PUBLIC_URL}/messages/unsubscribe/{token_of(public_id)}"


def preferences_link(public_id: UUID) -> str:
    """Where one says what one wants to get, and how."""
    return f"{settings.PUBLIC_URL}/messages/preferences/{token_of(public_id)}"
