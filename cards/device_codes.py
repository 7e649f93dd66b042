"""The code that a browser makes without asking us: eighteen digits, for a minute. Pure.

    8 | nine digits: the device | eight digits: a MAC over device and time

The key is the device's own (`accounts.services.give_device_key`); the browser keeps it
so that no script reads it, and tells the time by our clock (`static/portal-card.js`).
Like the code that we make it lives 60 to 70 seconds and serves once.
"""

import hashlib
import hmac
from datetime import datetime

from .tokens import DEVICE_PREFIX, LENGTH, MAC, step_of, steps_around


def mint_device_code(*, number: int, key: bytes, at: datetime) -> str:
    """The code that the device with this number shows now."""
    return f"{DEVICE_PREFIX}{number:09d}{_mac(key, number, step_of(at)):08d}"


def device_number(code: str) -> int | None:
    """Which device a code is of, if it is such a code."""
    is_one = len(code) == LENGTH and code.isascii() and code.isdigit()
    return int(code[1:10]) if is_one and code[0] == DEVICE_PREFIX else None


def step_shown(code: str, *, number: int, key: bytes, at: datetime) -> int | None:
    """The ten seconds a right code was made in; None where it is wrong, or over."""
    found = None
    # Every step is tried, right or not: time tells nothing.
    for step in steps_around(at):
        mac = f"{_mac(key, number, step):08d}"
        is_right = hmac.compare_digest(mac.encode(), code[10:].encode())
        found = step if is_right and found is None else found
    return found


def _mac(key: bytes, number: int, step: int) -> int:
    """Six bytes: what a browser counts with exactly."""
    text = f"{number}:{step}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:6]) % MAC
