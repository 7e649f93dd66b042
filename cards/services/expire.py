"""The sweep of cards whose time is over; they were useless from the second it was."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

CHUNK: Final = 10_000
EXPIRE: Final = """
WITH due AS (
    SELECT id FROM cards_card WHERE status = 'active' AND expires_at <= %(at)s
     ORDER BY id LIMIT %(chunk)s FOR NO KEY UPDATE SKIP LOCKED
), turned AS (
    UPDATE cards_card c SET status = 'expired' FROM due WHERE c.id = due.id
    RETURNING c.id
)
INSERT INTO cards_cardevent (card_id, at, happening, fingerprint, froze, actor)
SELECT id, %(at)s, 'expired', '', '{}', 'system:cards' FROM turned
"""


def expire_due(*, at: datetime, chunk: int = CHUNK) -> int:
    """Mark every card that is over at `at`; how many.

    In chunks, each a transaction of its own: stopped anywhere, run again, done once.
    Cards that a till is busy with are left for the next run.
    """
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EXPIRE, {"at": at, "chunk": chunk})
            turned = cursor.rowcount
        if turned == 0:
            return total
        total += turned
