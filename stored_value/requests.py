"""What a command was asked, in short: the same again is answered, not done again."""

import hashlib
import json
from uuid import UUID

from ledger import services as ledger_services


def fingerprint_of(*parts: object) -> bytes:
    """What stands for a whole request, where its entries are only a part of it."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).digest()


def done_before(*, key: str, fingerprint: bytes) -> UUID | None:
    """The entry that this very request wrote before; None for a new key.

    To be asked under the lock, before any check that the first run may have changed.
    Raises IdempotencyConflict where the key stands for another request.
    """
    posted = ledger_services.posted_before(key=key, fingerprint=fingerprint)
    return None if posted is None else posted.entry_id
