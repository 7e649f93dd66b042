"""Is the process alive, and may it be given work?"""

import time

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

# What was current stays so for a while: reading all migrations takes time.
CURRENT_FOR = 30.0
_current_until = 0.0


def troubles() -> list[str | Promise]:
    """Why no request should come here now, as sentences; none when all is well."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return [] if migrations_are_current() else [_("Migrations are pending.")]
    except DatabaseError:
        return [_("The database cannot be reached.")]


def warnings() -> list[str | Promise]:
    """What is worse than usual though nothing is lost: work that waits for a broker."""
    return [] if broker_answers() else [_("The broker cannot be reached; work waits.")]


def migrations_are_current() -> bool:
    """Has every migration that this code knows been applied?"""
    global _current_until
    if time.monotonic() < _current_until:
        return True
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not pending:
        _current_until = time.monotonic() + CURRENT_FOR
    return not pending


def broker_answers() -> bool:
    """Does the broker take a connection within a second?"""
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
            broker.default_channel  # noqa: B018 (the file transport opens its folders here)
    except (OSError, OperationalError, TimeoutError):
        return False
    return True
