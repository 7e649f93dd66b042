"""How many requests a key may send: a bucket in this process, without any query.

A till that runs wild is slowed down before it reaches the database. What must hold
across processes (wrong gift-card codes, wrong rotating codes) is counted in the
database, by the apps that own it, and only when a try was wrong.
"""

import threading
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .problems import Refusal

MOST_BUCKETS: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    seen: float


_buckets: dict[int, _Bucket] = {}
_lock = threading.Lock()


def take(key_id: int) -> None:
    """Count one request of a key. Raises too_many_requests, with how long to wait."""
    rate = settings.API_REQUESTS_PER_SECOND
    if not rate:
        return
    now, most = time.monotonic(), 2.0 * rate
    with _lock:
        bucket = _buckets.get(key_id)
        if bucket is None:
            if len(_buckets) >= MOST_BUCKETS:
                _buckets.clear()
            bucket = _buckets[key_id] = _Bucket(most, now)
        bucket.left = min(most, bucket.left + (now - bucket.seen) * rate)
        bucket.seen = now
        if bucket.left >= 1:
            bucket.left -= 1
            return
    raise Refusal(
        "too_many_requests",
        _("This key sends more requests than it may. Please slow down."),
        retry_after=1,
    )


def forget() -> None:
    """Let everybody begin anew."""
    with _lock:
        _buckets.clear()
