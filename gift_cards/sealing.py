"""Encrypting what leaves the house, so that a printer opens it with a common tool.

The file is what `openssl enc` writes: AES-256-CBC, the key from the passphrase by
PBKDF2-SHA-256 with 600,000 rounds, a salt of its own. A changed byte is noticed: every
code carries a check character, and no changed code opens a card. To open it:

    openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -md sha256 -in FILE -out codes.csv
"""

import os
import secrets
import shutil
import subprocess
from typing import Final

from .codes import ALPHABET, grouped
from .errors import PassphraseRefused, SealingFailed

CIPHER: Final = ("-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-md", "sha256")
PATIENCE: Final = 60
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
    """What only the passphrase opens. Raises PassphraseRefused, SealingFailed."""
    check_passphrase(passphrase)
    program = shutil.which("openssl")
    if program is None:
        raise SealingFailed
    reading, writing = os.pipe()
    try:
        # By a pipe: neither the list of processes nor the environment shows it.
        os.write(writing, passphrase.encode() + b"\n")
        os.close(writing)
        done = subprocess.run(  # noqa: S603 (no shell; nothing of it was typed)
            [program, "enc", *CIPHER, "-salt", "-pass", f"fd:{reading}"],
            input=text,
            capture_output=True,
            pass_fds=(reading,),
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise SealingFailed from failure
    finally:
        os.close(reading)
    if done.returncode != 0 or not done.stdout.startswith(b"Salted__"):
        raise SealingFailed
    return done.stdout
