"""Codes of gift cards: how they are made, read as people type them, and kept.

A code is fifteen random characters (75 bits) and a check character. Only a keyed hash
of it is kept; the key comes from the secret key, or from one of its fallbacks where a
code was made before the key was changed.

Beside the code a card carries a proof: sixteen more random characters that stand in the
field to be scanned and nowhere in clear. Who scans it needs no PIN; who read the code
has no proof.
"""

import hmac
import secrets
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_str

# Digits and capitals without I, L, O and U, which are read as 1, 1, 0 and V.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
LOOK_ALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
PLACES: Final = {character: place for place, character in enumerate(ALPHABET)}
PIN_DIGITS: Final = 6
PROOF_LENGTH: Final = 16
LONGEST_TYPED: Final = 64


def _doubled(value: int) -> int:
    """Times x in the field of 32 elements over x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def check_character(body: str) -> str:
    """The sum of the characters, each weighed by another power of x.

    All sixteen weights differ: any one character misread and any two swapped are seen.
    """
    total = 0
    for character in reversed(body):
        total = _doubled(total ^ PLACES[character])
    return ALPHABET[total]


def new_code() -> str:
    """A code that nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def new_pin() -> str:
    """Six digits to be scratched free."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def new_proof() -> str:
    """Eighty bits that are printed only where a scanner reads them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PROOF_LENGTH))


def proof_digest(code: str, proof: str) -> str:
    """What is kept of a proof: it is long enough for a plain hash, with its code."""
    return sha256(f"gift_cards.proof.v1:{code}:{proof}".encode()).hexdigest()


def scan_text(code: str, proof: str) -> str:
    """What the printed field contains; capitals and a dot keep a QR code small."""
    return f"{code}.{proof}"


def new_token() -> str:
    """What opens a gift: 192 bits, fit for an address."""
    return secrets.token_urlsafe(24)


def link_token(card: UUID) -> str:
    """What opens a gift that is handed over by a link: made anew from our key, so that
    its giver can be shown it again, and nobody keeps it.
    """
    return _link_token(card, settings.SECRET_KEY)


def shown_link_token(card: UUID, kept: str) -> str:
    """The same, made with whichever of our keys it was made with; empty: with none."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _link_token(card, key)
        if token_digest(token) == kept:
            return token
    return ""


def _link_token(card: UUID, key: str | bytes) -> str:
    made = salted_hmac("gift_cards.links", str(card), secret=key, algorithm="sha256")
    return urlsafe_b64encode(made.digest()[:24]).decode()


def token_digest(token: str) -> str:
    """A token is long enough to be kept as a plain hash."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def grouped(code: str) -> str:
    """As it is printed: four by four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


@dataclass(frozen=True, slots=True)
class Presented:
    """What was typed or scanned: a code, and its proof where the field was scanned."""

    code: str | None
    proof: str = ""

    def proves(self, digest: str) -> bool:
        """Whether the proof is the one that is kept as this digest."""
        shown = proof_digest(self.code or "", self.proof)
        return bool(self.proof) and same(shown, digest)


def presented(typed: str) -> Presented:
    """Code and proof that were meant, whatever spaces and case and look-alikes.

    No code where it cannot be one: wrong length, other characters, a wrong check.
    """
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    meant = "".join(character for character in plain if character.isalnum()).translate(
        LOOK_ALIKES
    )
    code, proof = meant[:LENGTH], meant[LENGTH:]
    if (
        len(code) != LENGTH
        or len(proof) not in (0, PROOF_LENGTH)
        or not all(character in PLACES for character in meant)
        or check_character(code[:-1]) != code[-1]
    ):
        return Presented(None)
    return Presented(code, proof)


def normalised(typed: str) -> str | None:
    """The code that was meant, if what was typed or scanned is one."""
    return presented(typed).code


@dataclass(frozen=True, slots=True)
class Key:
    """One of the keys that codes are hashed with, and the word it is known by."""

    secret: str

    @property
    def key_id(self) -> str:
        """Which key, without saying what it is."""
        return self._hash("key", "")[:8]

    def of_code(self, code: str) -> str:
        """What is kept of a code."""
        return self._hash("code", code)

    def of_pin(self, code: str, pin: str) -> str:
        """What is kept of a PIN: mixed with its code, or six digits were soon tried."""
        return self._hash("pin", f"{code}:{pin}")

    def of_caller(self, caller: str) -> str:
        """What is kept of an address or session that typed something wrong."""
        return self._hash("caller", caller)

    def _hash(self, what: str, value: str) -> str:
        salt = f"gift_cards.{what}.v1"
        made = salted_hmac(salt, value, secret=self.secret, algorithm="sha256")
        return made.hexdigest()


def current_key() -> Key:
    """The key that new codes are hashed with."""
    return Key(settings.SECRET_KEY)


def all_keys() -> list[Key]:
    """The current key, then the older ones that codes may still be kept under."""
    olds = settings.SECRET_KEY_FALLBACKS
    return [current_key(), *(Key(force_str(old)) for old in olds)]


def same(one: str, other: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
