from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Max

from members.models import Member
from recognition import services as recognition_services

RANGE = 20_000


class Command(BaseCommand):
    help = "Add up the visits of all members again; says how many rows were not right."

    def handle(self, *_args: Any, **_options: Any) -> None:
        last = Member.objects.aggregate(last=Max("pk"))["last"] or 0
        mended = sum(
            recognition_services.refresh_summaries(
                first_member=first, last_member=first + RANGE - 1
            )
            for first in range(1, last + 1, RANGE)
        )
        self.stdout.write(f"{mended} summaries were not right, and are now.")
