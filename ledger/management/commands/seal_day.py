"""`manage.py seal_day`: add the day's link to the hash chain, and export its head."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate, now

from ledger import services as ledger_services


class Command(BaseCommand):
    help = "Seal the entries written since the last seal; export the head."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", type=date.fromisoformat, help="the day's name (default: today)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            seal = ledger_services.seal_day(day=options["day"] or localdate(), at=now())
        except ledger_services.SealBroken as broken:
            raise CommandError(str(broken)) from broken
        if seal is None:
            self.stdout.write("Nothing new to seal.")
        else:
            self.stdout.write(
                f"Sealed {seal.entries:,} entries ({seal.first_seq}-{seal.last_seq})."
                f" Head {seal.head}"
            )
