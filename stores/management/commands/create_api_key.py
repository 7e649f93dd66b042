from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from common.errors import DomainError
from stores import services as stores_services
from stores.models import Store
from stores.scopes import SCOPES


class Command(BaseCommand):
    help = "Make a key for another program; it is shown this once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="whose key it is")
        parser.add_argument("--store", help="the code of its store; none: head office")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help=(
                f"what it may do, repeatable: {', '.join(SCOPES)}. None named: all of"
                " them for a store's key, only the reading ones for the head office's"
            ),
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        store = None
        if options["store"] is not None:
            store = Store.objects.filter(code=options["store"]).first()
            if store is None:
                raise CommandError(
                    f"There is no store {options['store']!r}; list_stores shows all."
                )
        if not 0 < len(options["name"]) <= 80:
            raise CommandError("A key's name has 1 to 80 characters.")
        try:
            key, text = stores_services.create_api_key(
                name=options["name"], store=store, scopes=options["scope"], at=now()
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        where = store.code if store is not None else "head office"
        self.stdout.write(f"{key.name} ({where}): keep it now, it is not shown again.")
        self.stdout.write(f"It may: {' '.join(key.scopes)}")
        self.stdout.write(f"Key: {text}")
