"""Who the production role is, who may put it on, and that it opens one database only.

Roles belong to a whole server: of two shops on it neither may meet the other's.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import errors, sql

SET_SINCE: Final = 160000  # from here on membership says whether one may SET ROLE


class RoleRefused(Exception):
    """A sentence for the owner of the database; nothing was granted."""


def default_role() -> str:
    """A name of this database's own: roles belong to the whole server."""
    name = str(connection.settings_dict["NAME"])
    return "".join(letter if letter.isalnum() else "_" for letter in f"{name}_app")


def make_role(role: str, *, logins: Sequence[str]) -> None:
    """Make the role without a login where it is missing, and judge it where it is not.

    Raises RoleRefused.
    """
    if _one("SELECT current_user <> session_user"):
        raise RoleRefused(
            "This is for the owner of the tables: take DATABASE_ROLE out of the "
            "environment, and start again"
        )
    for login in logins:
        if not _exists(login):
            raise RoleRefused(f"There is no login {login}: make it first")
    if not _exists(role):
        _grant(f"CREATE ROLE {{role}} NOLOGIN; {_membership()}", role, login=logins[0])
    if _one("SELECT rolsuper FROM pg_roles WHERE rolname = %s", role):
        raise RoleRefused(
            f"{role} is a superuser, whom nothing restricts: name another"
        )
    if _one(OWNS, role):
        raise RoleRefused(
            f"{role} owns tables of this database or may put on their owner, "
            "so nothing restricts it: name another"
        )
    if elsewhere := _one(ELSEWHERE, role):
        raise RoleRefused(
            f"{role} has rights in the database {elsewhere} too, and would open both: "
            f"name another, for example {default_role()}"
        )


def let_in(role: str, *, logins: Sequence[str]) -> None:
    """Let the role alone connect, and these logins put it on. Raises RoleRefused."""
    database = connection.settings_dict["NAME"]
    _run("REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC", role)
    for guest in (role, *logins):
        _run("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {login}", role, guest)
        if not _one(
            "SELECT has_database_privilege(%s, %s, 'CONNECT')", guest, database
        ):
            raise RoleRefused(
                f"{guest} may not connect to {database}: let the database's owner say "
                f'"GRANT CONNECT ON DATABASE {database} TO {guest};", and start again'
            )
    for login in logins:
        if not may_put_on(role, login=login):
            _grant(_membership(), role, login=login)


def may_put_on(role: str, *, login: str) -> bool:
    """Whether the login may say `SET ROLE`."""
    right = "SET" if _knows_set() else "MEMBER"
    found = "SELECT pg_has_role(%s::name, oid, %s) FROM pg_roles WHERE rolname = %s"
    return bool(_one(found, login, right, role))


def is_open_to_all() -> bool:
    """Whether every login of the server may connect: only its owner can end that."""
    return bool(
        _one(
            "SELECT count(*) FROM pg_database, aclexplode("
            "coalesce(datacl, acldefault('d', datdba))) AS granted"
            " WHERE datname = current_database() AND granted.grantee = 0"
            " AND granted.privilege_type = 'CONNECT'"
        )
    )


# Of its own, or by a role that it may put on, superusers left aside.
OWNS: Final = """
SELECT count(*) FROM pg_class, pg_roles AS wearer
WHERE wearer.rolname = %s AND relnamespace = 'public'::regnamespace
  AND pg_has_role(wearer.oid, relowner, 'MEMBER')
"""
# Rights to another database, or to anything in it.
ELSEWHERE: Final = """
SELECT min(datname) FROM pg_shdepend
JOIN pg_database ON pg_database.oid = CASE
  WHEN classid = 'pg_database'::regclass THEN objid ELSE pg_shdepend.dbid END
WHERE refclassid = 'pg_authid'::regclass AND datname <> current_database()
  AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s)
"""


def own_login() -> str:
    """Who has connected, whatever role that login has put on."""
    return str(_one("SELECT session_user"))


def _knows_set() -> bool:
    return bool(_one("SELECT current_setting('server_version_num')::int") >= SET_SINCE)


def _membership() -> str:
    options = " WITH SET TRUE, INHERIT FALSE" if _knows_set() else ""
    return f"GRANT {{role}} TO {{login}}{options}"


def _grant(words: str, role: str, *, login: str) -> None:
    """Make a member, and before it the role. Raises RoleRefused where none may."""
    try:
        with transaction.atomic():
            _run(words, role, login)
    except ProgrammingError as refusal:
        if not isinstance(refusal.__cause__, errors.InsufficientPrivilege):
            raise
        asked = words.format(role=role, login=login)
        raise RoleRefused(
            f"{own_login()} may not give the role {role}: let an administrator of the "
            f'server say "{asked};" once, and start again'
        ) from refusal


def _run(words: str, role: str, login: str = "") -> None:
    names = {
        "role": role,
        "login": login or role,
        "database": str(connection.settings_dict["NAME"]),
    }
    quoted = {word: sql.Identifier(name) for word, name in names.items()}
    with connection.cursor() as cursor:
        for statement in words.split("; "):
            cursor.execute(sql.SQL(statement).format(**quoted))


def _exists(role: str) -> bool:
    return bool(_one("SELECT count(*) FROM pg_roles WHERE rolname = %s", role))


def _one(words: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        row = cursor.fetchone()
    return row[0] if row else None
