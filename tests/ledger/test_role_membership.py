"""Owners who are no superusers give the role; two shops of one server never meet."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from psycopg import errors, sql
from pytest_django import DjangoDbBlocker

from ledger import role_membership
from ledger.role_membership import RoleRefused


@dataclass(frozen=True)
class Shop:
    """A database of its own on the tests' server, with an owner who is no superuser."""

    name: str

    @property
    def owner(self) -> str:
        return f"{self.name}_owner"

    @property
    def role(self) -> str:
        return f"{self.name}_app"

    def speak(self, login: str, *statements: str) -> list[tuple[object, ...]]:
        with psycopg.connect(settings.DATABASE_URL, user=login, dbname=self.name) as it:
            for statement in statements:
                done = it.execute(sql.SQL(statement))
            return done.fetchall() if done.description else []


def administer(*statements: str) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        for statement in statements:
            server.execute(sql.SQL(statement))


@contextmanager
def a_shop(*, may: str = "CREATEROLE") -> Iterator[Shop]:
    shop = Shop(f"shop_{uuid.uuid4().hex[:8]}")
    administer(
        f"CREATE ROLE {shop.owner} LOGIN {may}",
        f"CREATE DATABASE {shop.name} OWNER {shop.owner}",
    )
    shop.speak(shop.owner, "CREATE TABLE wallet AS SELECT 500 AS balance")
    try:
        yield shop
    finally:
        administer(
            f"DROP DATABASE {shop.name} WITH (FORCE)",
            f"DROP ROLE IF EXISTS {shop.role}",
            f"DROP ROLE {shop.owner}",
        )


@pytest.fixture
def shop(django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with django_db_blocker.unblock(), a_shop() as made:
        yield made


@pytest.fixture
def neighbour() -> Iterator[Shop]:
    with a_shop() as made:
        yield made


@contextmanager
def connected(shop: Shop, *, login: str) -> Iterator[None]:
    usual = connections["default"]
    own = connections.create_connection("default")
    own.settings_dict = {**own.settings_dict, "NAME": shop.name, "USER": login}
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = usual


def restrict(shop: Shop, *, role: str = "", login: str = "") -> None:
    """What `restrict_role` does about the role itself, before it grants the tables."""
    name = role or shop.role
    with connected(shop, login=shop.owner), transaction.atomic():
        logins = [login or role_membership.own_login()]
        role_membership.make_role(name, logins=logins)
        role_membership.let_in(name, logins=logins)


def may_wear(shop: Shop, login: str) -> bool:
    try:
        told = shop.speak(login, f"SET ROLE {shop.role}", "SELECT current_user::text")
    except errors.InsufficientPrivilege:
        return False
    return told == [(shop.role,)]


def roles() -> set[str]:
    with psycopg.connect(settings.DATABASE_URL) as server:
        found = server.execute("SELECT rolname FROM pg_roles").fetchall()
    return {str(name) for (name,) in found}


def test_an_owner_who_is_no_superuser_puts_the_role_on(shop: Shop) -> None:
    restrict(shop)
    restrict(shop)

    assert may_wear(shop, shop.owner)
    with connected(shop, login=shop.owner):
        assert role_membership.default_role() == shop.role
        assert not role_membership.is_open_to_all()


def test_a_login_of_the_applications_own_puts_it_on_and_owns_nothing(
    neighbour: Shop, shop: Shop
) -> None:
    login = neighbour.owner  # anybody who is no superuser
    restrict(shop, login=login)

    assert may_wear(shop, login)
    with pytest.raises(errors.InsufficientPrivilege):
        shop.speak(login, "SELECT * FROM wallet")


def test_the_roles_of_two_shops_never_meet(shop: Shop, neighbour: Shop) -> None:
    restrict(shop)
    restrict(neighbour)

    for one, other in ((shop, neighbour), (neighbour, shop)):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            other.speak(one.owner, "SELECT * FROM wallet")
        with pytest.raises(errors.InsufficientPrivilege):
            one.speak(one.owner, f"SET ROLE {other.role}")


def test_a_role_that_serves_another_shop_is_refused(
    shop: Shop, neighbour: Shop
) -> None:
    restrict(shop)
    administer(f"GRANT {shop.role} TO {neighbour.owner} WITH ADMIN OPTION")

    with pytest.raises(RoleRefused, match=f"in the database {shop.name} too"):
        restrict(neighbour, role=shop.role)

    assert not may_connect(neighbour, shop.role)


def may_connect(shop: Shop, role: str) -> bool:
    """Whether the database itself was opened to the role by name."""
    found = shop.speak(
        shop.owner,
        "SELECT coalesce(datacl::text, '') FROM pg_database"
        " WHERE datname = current_database()",
    )
    return role in str(found)


def test_an_owner_who_may_make_no_role_is_told_what_to_ask_for(
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock(), a_shop(may="NOCREATEROLE") as shop:
        with pytest.raises(RoleRefused, match="administrator") as refusal:
            restrict(shop)
        assert shop.role not in roles()
        assert not may_connect(shop, shop.role)

        asked = str(refusal.value).split('"')[1]
        administer(*asked.rstrip(";").split("; "))
        restrict(shop)
        assert may_wear(shop, shop.owner)


def test_a_role_that_may_not_be_given_is_asked_for(
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock(), a_shop(may="NOCREATEROLE") as shop:
        administer(f"CREATE ROLE {shop.role} NOLOGIN")
        with pytest.raises(RoleRefused, match=f'say "GRANT {shop.role} TO'):
            restrict(shop)
        assert not may_wear(shop, shop.owner)


@pytest.mark.parametrize(
    ("role", "why"),
    [("owner", "owns tables"), ("postgres", "superuser"), ("in_owner", "owns tables")],
)
def test_who_could_rewrite_the_books_is_no_role_for_the_application(
    role: str, why: str, shop: Shop
) -> None:
    if role == "in_owner":
        administer(
            f"CREATE ROLE {shop.role} NOLOGIN", f"GRANT {shop.owner} TO {shop.role}"
        )
    named = {"owner": shop.owner, "in_owner": shop.role}.get(role, role)

    with pytest.raises(RoleRefused, match=why):
        restrict(shop, role=named)

    assert shop.speak(shop.owner, "SELECT balance FROM wallet") == [(500,)]


def test_the_owner_restricts_without_the_role_on(shop: Shop) -> None:
    restrict(shop)
    with connected(shop, login=shop.owner):
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {shop.role}")
        with pytest.raises(RoleRefused, match="take DATABASE_ROLE out"):
            role_membership.make_role(shop.role, logins=[shop.owner])


def test_a_login_that_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(RoleRefused, match="There is no login nobody_here"):
        restrict(shop, login="nobody_here")
    assert shop.role not in roles()


def test_a_name_that_the_application_could_not_be_told_is_refused() -> None:
    with pytest.raises(CommandError, match="'shop-app' is not the plain name"):
        call_command("restrict_role", "shop-app")
