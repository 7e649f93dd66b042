"""A connection that is looked at before each request, without a round trip."""

import select
import time
from typing import Any, Final

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus

# What a firewall forgets in silence it forgets after minutes, not after seconds.
QUIET_SECONDS: Final = 30.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how a kept connection is checked (`CONN_HEALTH_CHECKS`).

    A server that ends a connection says so: then there is something to read on a line
    that should be silent. Only then, after a failure, or where the line was idle for
    long, the server is asked (`SELECT 1`), as Django does before every request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked_at = 0.0

    def is_usable(self) -> bool:
        """Whether the next statement will find its server."""
        if self.connection is None:
            return False
        asked_at, self._asked_at = self._asked_at, time.monotonic()
        is_recent = self._asked_at - asked_at < QUIET_SECONDS
        if is_recent and not self.errors_occurred and self._is_silent():
            return True
        return bool(super().is_usable())

    def _is_silent(self) -> bool:
        raw = self.connection.pgconn
        if raw.status != ConnStatus.OK:
            return False
        line = select.poll()
        line.register(raw.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return not line.poll(0)
