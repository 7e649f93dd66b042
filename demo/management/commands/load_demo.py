from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from demo import load, shop


class Command(BaseCommand):
    help = "Load three stores with a year of trade, to look around in; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=200, help="how many to make")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same shop")

    def _tell(self, what: str, seconds: float) -> None:
        self.stdout.write(f"{seconds:>8.1f} s  {what} …")
        self.stdout.flush()

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo's passwords are printed for all to read: it is loaded only "
                "in development, where DEBUG is true."
            )
        members = options["members"]
        if not 0 <= members <= 1_000_000:
            raise CommandError("Invent between 0 and 1,000,000 members.")
        stores = shop.load_shop()
        loaded = load.load(
            stores=stores,
            members=members,
            seed=options["seed"],
            until=now(),
            say=self._tell,
        )
        if loaded is None:
            self.stdout.write("Nothing invented: members or entries are there already.")
        else:
            for what, count in loaded.counts.items():
                self.stdout.write(f"{count:>12,} {what}")
            self.stdout.write(f"Invented in {loaded.seconds:.1f} s.")
        self.stdout.write("Stores: " + ", ".join(str(store) for store in stores))
        self.stdout.write(f"{'sign in as':<14} {'password':<14} {'PIN':<7} role, store")
        for person in shop.sign_ins():
            self.stdout.write(
                f"{person.username:<14} {person.password:<14} {person.pin:<7} "
                f"{person.role}, {person.store or 'all'}"
            )
