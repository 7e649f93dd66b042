"""The database that the warm process works on: made from the template, made anew."""

from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests import template

NAME = "test_mutants"


def make() -> None:
    """A copy in which nothing was done yet."""
    origin = _template()
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(NAME)
            )
        )
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(NAME), sql.Identifier(origin)
            )
        )


@cache
def _template() -> str:
    """Asked for once: whoever asks takes turns with every other run."""
    return template.made()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> None:
    """Instead of pytest-django's: the database is there already."""


def use() -> None:
    """This process's connections go there."""
    connections.settings["default"]["NAME"] = NAME
    connections["default"].settings_dict["NAME"] = NAME


def execute(statement: str) -> None:
    with psycopg.connect(_url(NAME), autocommit=True) as server:
        server.execute(statement.encode())


def _url(name: str) -> str:
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))
