"""One at a time: work that two need not do at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = "SELECT pg_try_advisory_lock(hashtext(%s), %s::int)"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext(%s), %s::int)"


@contextmanager
def alone(work: str, number: int = 0) -> Iterator[bool]:
    """Whether nobody else is at this work, or at this number of it, right now.

    It lasts as long as the block, or as long as the session where that dies before.
    Manners, not safety: what must not be done twice needs a guard of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [work, number])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK, [work, number])
