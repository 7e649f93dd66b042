"""`manage.py expire_cards`: mark the cards that are over, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from cards import services as cards_services


class Command(BaseCommand):
    help = "Mark every card that is over; safe to stop and to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{cards_services.expire_due(at=now()):,} cards expired.")
