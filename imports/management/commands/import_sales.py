"""`manage.py import_sales FILE`: see docs/imports.md."""

from django.core.management.base import CommandParser

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring sales history in: who came when, and for how much."
    kind = "sales"

    def add_more(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--points",
            action="store_true",
            help="let these sales earn points by the rules of the house",
        )
        parser.add_argument(
            "--rows",
            default="",
            choices=["bills", "lines"],
            help="each row is a whole bill, or a line of one; else lines where items"
            " are named",
        )
