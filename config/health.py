"""Is the process alive, and may it be given work?"""

import time

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from common import sql_installation

# What was current stays so for a while: reading all migrations takes time.
CURRENT_FOR = 30.0
_current_until = 0.0


def troubles() -> list[str | Promise]:
    """Why no request should come here now, as sentences; none when all is well."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return _not_as_the_code()
    except DatabaseError:
        return [_("The database cannot be reached.")]


def warnings() -> list[str | Promise]:
    """What is worse than usual though nothing is lost: work that waits for a broker."""
    return [] if broker_answers() else [_("The broker cannot be reached; work waits.")]


def _not_as_the_code() -> list[str | Promise]:
    """Has every migration been applied, and are functions and triggers the code's?"""
    global _current_until
    if time.monotonic() < _current_until:
        return []
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [_("Migrations are pending.")]
    if sql_installation.differences():
        return [
            _(
                "The database's functions and triggers are not this version's: run "
                "“manage.py install_sql”."
            )
        ]
    _current_until = time.monotonic() + CURRENT_FOR
    return []


def broker_answers() -> bool:
    """Does the broker take a connection within a second?"""
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
            broker.default_channel  # noqa: B018 (the file transport opens its folders here)
    except (OSError, OperationalError, TimeoutError):
        return False
    return True
