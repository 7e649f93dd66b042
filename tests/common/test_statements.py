"""Very large statements are not written out a second time, unless somebody counts."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.statements import statements_not_kept

pytestmark = pytest.mark.django_db


def ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.fixture
def in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEBUG", True)
    connection.queries_log.clear()


@pytest.mark.usefixtures("in_development")
def test_development_keeps_statements_but_for_these() -> None:
    ask()
    with statements_not_kept():
        ask()
        with statements_not_kept():
            ask()
        ask()
    assert len(connection.queries) == 1

    ask()

    assert len(connection.queries) == 2


@pytest.mark.usefixtures("in_development")
def test_it_ends_where_the_work_fails() -> None:
    with pytest.raises(RuntimeError), statements_not_kept():
        raise RuntimeError

    ask()

    assert len(connection.queries) == 1


def test_who_counts_statements_still_counts_them() -> None:
    with CaptureQueriesContext(connection) as counted, statements_not_kept():
        ask()

    assert len(counted) == 1
