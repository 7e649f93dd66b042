"""What stands between an empty database and the first page."""

import io
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.utils import DatabaseError

from common import sql_installation
from config import surroundings
from config.surroundings import Unfit
from demo import invented_phones, shop
from ledger import role_membership


def prepare(say: Callable[[str], None], *, role: str) -> str:
    """Migrate in development, refuse to in production; say which role to put on."""
    surroundings.require_database()
    try:
        if settings.DEBUG:
            role = prepare_development(say, role=role)
        else:
            surroundings.require_migrated()
            require_role(say, role=role)
            call_command("collectstatic", interactive=False, verbosity=0)
    except DatabaseError as trouble:
        raise Unfit(
            f"The database refuses ({surroundings.first_line(trouble)}): "
            "give its login the right, and start again."
        ) from trouble
    except CommandError as trouble:
        raise Unfit(str(trouble)) from trouble
    connection.close()
    return role


def prepare_development(say: Callable[[str], None], *, role: str) -> str:
    with surroundings.whole_or_not_at_all() as is_new:
        if is_new:
            set_old_seals_aside(say)
        if surroundings.pending_migrations():
            say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        elif sql_installation.differences():
            say("Installing functions and triggers …")
            call_command("install_sql", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if is_new and not get_user_model().objects.exists():
            load_demo(say)
    return role or restricted_role(say)


def set_old_seals_aside(say: Callable[[str], None]) -> None:
    """An empty database cannot have sealed anything: those heads are another's."""
    heads = Path(settings.LEDGER_SEAL_FILE)
    if heads.exists():
        aside = heads.with_name(f"{heads.name}.{int(time.time())}")
        heads.rename(aside)
        say(f"Note: the heads sealed for another database now lie in {aside}.")


def restricted_role(say: Callable[[str], None]) -> str:
    """The role that may only insert into the books, where the login may make it."""
    role = role_membership.default_role()
    try:
        call_command("restrict_role", role, stdout=io.StringIO())
    except (DatabaseError, CommandError) as trouble:
        say(
            "Note: no role of its own for the application "
            f"({surroundings.first_line(trouble).rstrip('.')}); "
            "docs/operations.md says how."
        )
        return ""
    return role


def require_role(say: Callable[[str], None], *, role: str) -> None:
    """What web and workers are told to put on is there, and may be put on."""
    if not role:
        say(
            "Note: without DATABASE_ROLE web and workers may rewrite the books; "
            "docs/operations.md says how to restrict them."
        )
    elif not role_membership.may_put_on(role, login=role_membership.own_login()):
        raise Unfit(
            f"{role_membership.own_login()} may not put on the role {role}: run "
            f"`python manage.py restrict_role {role}`, then start again."
        )


def load_demo(say: Callable[[str], None]) -> None:
    """Invented people and sales for a database that has nobody yet."""
    say("Inventing a shop to look at …")
    try:
        call_command("load_demo", stdout=io.StringIO())
    except Exception as trouble:
        raise Unfit(
            f"The demo could not be loaded: {surroundings.first_line(trouble)}."
        ) from trouble


def welcome(address: str, people: list[str], members: list[str]) -> str:
    """What a newcomer needs: where to look, whom to be, how to stop."""
    lines = [
        "",
        f"Regulars is ready: {address}/admin/",
        f"      The counter: {address}/counter/",
        f"     For members: {address}/portal/",
        f"    What was sent: {address}/messages/sent/",
        "",
    ]
    if people:
        lines += ["Sign in as (invented people):", *people, ""]
    if members:
        lines += ["Phones of invented members:", f"  {', '.join(members)}", ""]
    return "\n".join([*lines, "Ctrl-C stops everything.", ""])


def demo_people() -> list[str]:
    """Who of the demo is still there: those of the first store and of all stores."""
    if not settings.DEBUG:
        return []
    invented = shop.sign_ins()
    first = next((person.store for person in invented if person.store), None)
    names = [person.username for person in invented]
    there = set(
        get_user_model()
        .objects.filter(username__in=names, is_active=True)
        .values_list("username", flat=True)
    )
    connection.close()
    return [
        f"  {person.username:<14} {person.password:<15} PIN {person.pin}  {person.role}"
        for person in invented
        if person.username in there and person.store in {first, None}
    ]


def demo_members() -> list[str]:
    """Phones of three members of the demo who have something in their wallets."""
    if not settings.DEBUG:
        return []
    found = invented_phones.with_wallets(limit=3)
    connection.close()
    return found
