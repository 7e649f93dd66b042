"""Which statements PostgreSQL plans for the values they ask about."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def custom_plans() -> Iterator[None]:
    """Within, each statement is planned for its own values, on this connection.

    A statement that is prepared soon gets one plan for whatever values come. Such a
    plan cannot use a partial index ("kind = 'payout'"), and reads a list's whole table
    for the few rows that the filter wants. Planning anew costs under a millisecond:
    nothing for a page that a person opens, too much for a till.
    """
    raw = connection.connection
    if raw is None:  # one that is opened within has prepared nothing yet
        yield
        return
    kept, raw.prepare_threshold = raw.prepare_threshold, None
    try:
        yield
    finally:
        raw.prepare_threshold = kept
