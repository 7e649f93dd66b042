from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from stores import demo, demo_books


class Command(BaseCommand):
    help = "Load three stores with their staff, to look around in; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=200, help="how many to make")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same shop")

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo's passwords are printed for all to read: it is loaded only "
                "in development, where DEBUG is true."
            )
        stores = demo.load_shop()
        written = demo_books.load_books(
            stores=stores, members=options["members"], seed=options["seed"], until=now()
        )
        self.stdout.write(f"Two weeks of trade: {written:,} entries.")
        self.stdout.write("Stores: " + ", ".join(str(store) for store in stores))
        self.stdout.write(f"{'sign in as':<14} {'password':<14} {'PIN':<7} role, store")
        for person in demo.sign_ins():
            self.stdout.write(
                f"{person.username:<14} {person.password:<14} {person.pin:<7} "
                f"{person.role}, {person.store or 'all'}"
            )
