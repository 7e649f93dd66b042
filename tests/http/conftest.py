"""Web processes for the tests of this folder, on a database that only they use.

What web processes remember of policies and offers would be wrong after another test's
clean-up; so nothing is swept away here, and each test has a store of its own.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import place
from benchmarks.serving import Web
from tests import template
from tests.http.till import Till

PROCESSES, THREADS = 2, 8
BODY_SECONDS = 4


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: Any) -> Iterator[Web]:
    """Two processes of granian, started once."""
    server = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path="/postgres"))
    name = f"regulars_http_{os.getpid()}"
    with place.database(server, name, template=template.made()) as url:
        seals = tmp_path_factory.mktemp("http") / "seals.jsonl"
        surroundings = {
            "DATABASE_URL": url,
            "DATABASE_ROLE": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "false",
            "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
            "EMAIL_URL": "",
            "LEDGER_SEAL_FILE": str(seals),
            "WEB_PROCESSES": str(PROCESSES),
            "WEB_THREADS": str(THREADS),
            "BODY_SECONDS": str(BODY_SECONDS),
        }
        with Web(surroundings) as started:
            yield started


@pytest.fixture
def running(web: Web, django_db_blocker: Any) -> Iterator[Web]:
    """The web processes; this test's own queries go to their database."""
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        _turn_to(urlsplit(web.surroundings["DATABASE_URL"]).path.lstrip("/"))
        try:
            if not web.household.members:  # a test that killed it did not get far
                web.start()
            yield web
        finally:
            _turn_to(usual)


@pytest.fixture
def till(running: Web) -> Iterator[Till]:
    """A till of a new store."""
    with Till(running.address) as found:
        yield found


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
