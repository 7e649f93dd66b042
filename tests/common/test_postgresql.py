"""A kept connection is looked at, and asked only where that is not enough."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper as DjangosWrapper

from common.postgresql import base
from common.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection of its own, as a web process keeps it between requests."""
    made = connections.create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    made.ensure_connection()
    made.is_usable()  # the first time it asks
    yield made
    made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Each time that the server was asked."""
    found: list[bool] = []
    ask = DjangosWrapper.is_usable

    def counted(self: Any) -> bool:
        answer = bool(ask(self))
        found.append(answer)
        return answer

    monkeypatch.setattr(DjangosWrapper, "is_usable", counted)
    return found


def test_a_line_that_is_silent_is_not_asked(
    kept: DatabaseWrapper, asked: list[bool]
) -> None:
    assert kept.is_usable()
    assert asked == []


def test_a_connection_that_the_server_ended_is_seen(
    kept: DatabaseWrapper, asked: list[bool]
) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(%s, 5000)",
            [kept.connection.info.backend_pid],
        )

    assert not kept.is_usable()
    assert asked == [False]


def test_what_lay_idle_for_long_is_asked(
    kept: DatabaseWrapper, asked: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "QUIET_SECONDS", 0.0)

    assert kept.is_usable()
    assert asked == [True]


def test_after_a_failure_the_server_is_asked(
    kept: DatabaseWrapper, asked: list[bool]
) -> None:
    kept.errors_occurred = True

    assert kept.is_usable()
    assert asked == [True]
