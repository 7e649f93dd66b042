"""When a message that did not arrive is tried again."""

import secrets
from datetime import datetime, timedelta
from typing import Final

# 10 s, 40 s, 160 s, … and then every ten hours: three days in all.
FIRST: Final = 10
GROWTH: Final = 4
LONGEST: Final = 10 * 3600
TRIES: Final = 14
# Who all waited for the same receiver must not all come back in the same second.
JITTER: Final = 20  # per cent, either way
LATEST_ASKED: Final = timedelta(hours=1)


def pause_after(tries: int, *, luck: int) -> timedelta | None:
    """How long after so many tries; None when it is given up.

    `luck` lies between -JITTER and JITTER.
    """
    if tries >= TRIES:
        return None
    seconds = min(FIRST * GROWTH ** (tries - 1), LONGEST)
    return timedelta(seconds=seconds * (100 + luck) // 100)


def next_try(
    tries: int, *, at: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """When to come again; later where the receiver asked for it, by an hour at most."""
    pause = pause_after(tries, luck=secrets.randbelow(2 * JITTER + 1) - JITTER)
    if pause is None:
        return None
    asked = min(retry_after or timedelta(), LATEST_ASKED)
    return at + max(pause, asked)
