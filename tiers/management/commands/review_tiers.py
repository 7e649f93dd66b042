"""`manage.py review_tiers`: today's review of all members, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from tiers import services as tiers_services


class Command(BaseCommand):
    help = "Review every member's tier for today; safe to stop and to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = tiers_services.review(at=now())
        self.stdout.write(
            f"{found.day}: {found.raised:,} reached a tier, {found.renewed:,} keep it,"
            f" {found.noticed:,} told, {found.graced:,} in grace,"
            f" {found.lowered:,} lowered, {found.lapsed:,} lapsed."
        )
