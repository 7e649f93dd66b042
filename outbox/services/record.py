"""Writing down what happened, where it happens."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from outbox.kinds import EventKind


def record(
    *,
    kind: EventKind,
    subject: str,
    store_id: int | None,
    payload: Mapping[str, object],
    at: datetime,
) -> uuid.UUID:
    """A step: one INSERT in the caller's transaction, which is there if the change is.

    `subject` is an opaque id, `payload` opaque ids and amounts in the smallest unit:
    never a phone, a code or a name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outbox_record(%s::text, %s::text, %s::bigint, %s::jsonb, %s)",
            [EventKind(kind), subject, store_id, json.dumps(dict(payload)), at],
        )
        (event_id,) = cursor.fetchone()
    return uuid.UUID(str(event_id))


def record_many(
    *,
    kind: EventKind,
    facts: Mapping[str, Mapping[str, object]],
    store_id: int | None,
    at: datetime,
) -> None:
    """A step: the same of several subjects, each with its payload, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outbox_record("
            " %s::text, f.subject, %s::bigint, f.payload::jsonb, %s"
            ") FROM unnest(%s::text[], %s::text[]) AS f (subject, payload)",
            [
                EventKind(kind),
                store_id,
                at,
                list(facts),
                [json.dumps(dict(payload)) for payload in facts.values()],
            ],
        )
