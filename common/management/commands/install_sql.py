from typing import Any, override

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import sql_installation


class Command(BaseCommand):
    help = (
        "Install the functions, triggers and views of `<app>/sql/`, where the database"
        " has others. `migrate` does it by itself; run by the owner of the tables."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what differs; 1 if any does"
        )
        parser.add_argument(
            "--all", action="store_true", help="install every file again"
        )

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if options["check"]:
            differs = sql_installation.differences()
            if differs:
                raise CommandError(
                    "Not as the code has it: " + ", ".join(differs) + ". "
                    "Run `python manage.py install_sql`."
                )
            self.stdout.write("The installed functions and triggers are the code's.")
            return
        try:
            result = sql_installation.install(everything=options["all"])
        except sql_installation.InstallationError as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["verbosity"] > 0:
            report(self, result)


def report(command: BaseCommand, result: sql_installation.Result) -> None:
    for name in result.installed:
        command.stdout.write(f"  Installed {name}")
    for name in result.dropped:
        command.stdout.write(f"  Dropped {name}, which no file makes any more")
    if not (result.installed or result.dropped):
        command.stdout.write("  All functions and triggers are installed.")
