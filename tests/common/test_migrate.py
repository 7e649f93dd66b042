"""Migrating draws less than Django does, and does the same to the database."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management.commands import migrate
from django.db import models
from django.db.migrations.state import ModelState

from common.management.commands.migrate import Command, Executor, Picture
from tests.catalogue import objects

PLAIN = """
import django
django.setup()
from django.core.management.commands.migrate import Command
from django.core.management import call_command
call_command(Command(), verbosity=0)
call_command("install_sql", verbosity=0)
"""


def a_model(name: str, *fields: str) -> ModelState:
    links = [
        (field, models.ForeignKey(f"shop.{field}", models.PROTECT)) for field in fields
    ]
    return ModelState(
        "shop", name, [("id", models.BigAutoField(primary_key=True)), *links]
    )


def drawn() -> Picture:
    picture = Picture()
    picture.add_model(a_model("Store"))
    picture.add_model(a_model("Till", "store"))
    assert picture.apps.get_model("shop", "till")
    return picture


def test_a_new_table_leaves_the_others_as_they_are_drawn() -> None:
    picture = drawn()
    store, till = (picture.apps.get_model("shop", name) for name in ("store", "till"))

    picture.add_model(a_model("Shift", "till"))

    assert picture.apps.get_model("shop", "store") is store
    assert picture.apps.get_model("shop", "till") is till
    shift = picture.apps.get_model("shop", "shift")
    assert shift._meta.get_field("till").related_model is till
    assert [link.related_model for link in till._meta.related_objects] == [shift]


def test_a_column_without_a_link_is_drawn_in_its_table_only() -> None:
    picture = drawn()
    till = picture.apps.get_model("shop", "till")

    picture.add_field(
        "shop", "store", "name", models.TextField(), preserve_default=True
    )

    store = picture.apps.get_model("shop", "store")
    assert store._meta.get_field("name")
    assert picture.apps.get_model("shop", "till") is till
    assert [link.related_model for link in store._meta.related_objects] == [till]


def test_a_step_in_python_sees_everything_drawn_anew() -> None:
    picture = drawn()
    picture.add_field(
        "shop", "store", "name", models.TextField(), preserve_default=True
    )

    picture.clear_delayed_apps_cache()

    store, till = (picture.apps.get_model("shop", name) for name in ("store", "till"))
    assert till._meta.get_field("store").related_model is store


def test_a_link_that_comes_later_draws_both_ends() -> None:
    picture = drawn()
    picture.add_model(a_model("Town"))
    link = models.ForeignKey("shop.town", models.PROTECT)

    picture.add_field("shop", "store", "town", link, preserve_default=False)

    town, store, till = (
        picture.apps.get_model("shop", name) for name in ("town", "store", "till")
    )
    assert [found.related_model for found in town._meta.related_objects] == [store]
    assert till._meta.get_field("store").related_model is store


def test_what_is_cloned_stays_as_it_was() -> None:
    picture = drawn()

    before = picture.clone()
    picture.add_model(a_model("Shift", "till"))

    assert isinstance(before, Picture)
    assert ("shop", "shift") not in before.models
    with pytest.raises(LookupError):
        before.apps.get_model("shop", "shift")


def test_django_has_its_own_executor_back_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual, during = vars(migrate)["MigrationExecutor"], []

    def stop(*_args: object, **_options: object) -> None:
        during.append(vars(migrate)["MigrationExecutor"])
        raise RuntimeError

    monkeypatch.setattr(migrate.Command, "handle", stop)
    with pytest.raises(RuntimeError):
        Command().handle()

    assert during == [Executor]
    assert vars(migrate)["MigrationExecutor"] is usual


@pytest.mark.slow
def test_a_new_database_is_the_one_that_django_would_have_made() -> None:
    ours = catalogue(
        "regulars_drawn_ours", [sys.executable, "manage.py", "migrate", "-v0"]
    )
    plain = catalogue("regulars_drawn_plain", [sys.executable, "-c", PLAIN])

    assert len(ours) > 1_000
    assert ours == plain


def catalogue(name: str, command: list[str]) -> dict[str, str]:
    """What a database consists of that this command migrated."""
    server = settings.DATABASE_URL
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
            with psycopg.connect(url) as made:
                return objects(made)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
