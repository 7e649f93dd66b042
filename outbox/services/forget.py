"""What was delivered long ago is forgotten: the table would grow for ever."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

KEPT_FOR: Final = timedelta(days=90)

FORGET: Final = """
WITH old AS (
  SELECT e.id FROM outbox_event e
  WHERE e.id < %(before)s::uuid AND e.relayed_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM outbox_delivery d WHERE d.event_id = e.id AND d.status = 'pending')
  ORDER BY e.id LIMIT %(most)s
  FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM outbox_delivery WHERE event_id IN (SELECT id FROM old)
)
DELETE FROM outbox_event WHERE id IN (SELECT id FROM old)
"""


def forget_old(*, at: datetime, most: int) -> int:
    """Delete events recorded more than 90 days ago, with their deliveries; how many.

    What was not passed on, or is still on its way, stays.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(FORGET, {"before": first_id_at(at - KEPT_FOR), "most": most})
        return int(cursor.rowcount)


def first_id_at(at: datetime) -> uuid.UUID:
    """The lowest number that an event of this moment could have: numbers begin with
    the milliseconds, so old events lie together at the front of the primary key.
    """
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)
