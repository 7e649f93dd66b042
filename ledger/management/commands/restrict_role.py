"""`manage.py restrict_role NAME`: what the running application may do, and no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ledger import role_membership
from ledger.privileges import restrict_role


class Command(BaseCommand):
    help = (
        "Give a database role what the application needs: of the books only reading,"
        " and the functions that keep their rules. Run by the owner after migrations."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "role",
            nargs="?",
            default="",
            help="of this database alone (default: the database's name and _app)",
        )
        parser.add_argument(
            "--login",
            action="append",
            default=[],
            dest="logins",
            help="who may put it on, if not the login that runs this; may be repeated",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        role = options["role"] or role_membership.default_role()
        if not role.isidentifier():  # as DATABASE_ROLE will be read
            raise CommandError(f"{role!r} is not the plain name of a role.")
        try:
            restrict_role(role=role, logins=options["logins"])
        except role_membership.RoleRefused as refusal:
            raise CommandError(f"{refusal}.") from refusal
        self.stdout.write(f"{role} may read the books and post to them.")
        if role_membership.is_open_to_all():
            name = connection.settings_dict["NAME"]
            self.stderr.write(
                f"Note: every login of this server may connect to {name}: let the owner"
                f' of it say "REVOKE CONNECT ON DATABASE {name} FROM PUBLIC;".'
            )
