"""`manage.py restrict_role NAME`: what the running application may do, and no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.privileges import restrict_role


class Command(BaseCommand):
    help = (
        "Give a database role what the application needs: of the books only reading,"
        " and the functions that keep their rules. Run by the owner after migrations."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    def handle(self, *_args: Any, **options: Any) -> None:
        restrict_role(role=options["role"])
        self.stdout.write(f"{options['role']} may read the books and post to them.")
