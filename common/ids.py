"""Ids that sort by the time they were made."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7); Python has one only from 3.14 on."""
    millis = time.time_ns() // 1_000_000
    value = (millis & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
