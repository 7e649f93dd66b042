"""Encrypting what leaves the house, so that a printer opens it with a common tool.

The file is what `openssl enc` writes: AES-256-CBC, the key from the passphrase by
PBKDF2-SHA-256 with 600,000 rounds, a salt of its own. A changed byte is noticed: every
code carries a check character, and no changed code opens a card. To open it:

    openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -md sha256 -in FILE -out codes.csv
"""

import hashlib
import os
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from .codes import ALPHABET, grouped
from .errors import PassphraseRefused

ROUNDS: Final = 600_000
MARK: Final = b"Salted__"
SALT, KEY, BLOCK = 8, 32, 16
SHORTEST = 16


def new_passphrase() -> str:
    """A hundred bits, to be told to the printer by another way than the file."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(20)))


def check_passphrase(text: str) -> None:
    """Refuse one that could be guessed. Raises PassphraseRefused."""
    usable = text.isascii() and text.isprintable() and text == text.strip()
    if not usable or len(text) < SHORTEST or len(set(text)) < SHORTEST // 2:
        raise PassphraseRefused


def sealed(text: bytes, *, passphrase: str) -> bytes:
    """What only the passphrase opens. Raises PassphraseRefused."""
    check_passphrase(passphrase)
    salt = os.urandom(SALT)
    stretched = hashlib.pbkdf2_hmac(
        "sha256", passphrase.encode(), salt, ROUNDS, dklen=KEY + BLOCK
    )
    cipher = Cipher(AES(stretched[:KEY]), CBC(stretched[KEY:])).encryptor()
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update(text) + padder.finalize()
    return MARK + salt + cipher.update(padded) + cipher.finalize()
