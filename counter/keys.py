"""The key of an act: minted when its form is drawn, so that it is done once."""

import base64
import hashlib
import uuid
from typing import Final

from django.core import signing
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from stores.models import Till

SALT: Final = "counter.key"


class KeyRefused(DomainError):
    """A form that was not drawn for this till."""

    def __init__(self) -> None:
        super().__init__(
            "key_refused", _("This page is not of this till. Please begin anew.")
        )


def mint(till: Till, word: str) -> str:
    """A key for one act of a kind, sealed: only a form of this till carries it."""
    return signing.dumps([till.pk, word, uuid.uuid4().hex], salt=SALT)


def read(sealed: str, till: Till, word: str) -> str:
    """The key as the books know it. Raises KeyRefused."""
    try:
        told = signing.loads(sealed, salt=SALT)
        till_id, said, number = told
    except (signing.BadSignature, TypeError, ValueError) as forged:
        raise KeyRefused from forged
    if (till_id, said) != (till.pk, word):
        raise KeyRefused
    return f"counter:{word}:{till_id}:{number}"


def short(key: str) -> str:
    """Six signs that stand for a key: the same again for the same form."""
    digest = hashlib.sha256(key.encode()).digest()
    return base64.b32encode(digest)[:6].decode()
