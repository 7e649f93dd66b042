"""`manage.py expire_lots`: let what is due expire, now."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate, now

from ledger import services as ledger_services


class Command(BaseCommand):
    help = "Expire every lot that is due; safe to stop and to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        expired = ledger_services.expire_lots(
            at=now(), business_date=localdate(), request_id=f"expire-{uuid.uuid4()}"
        )
        self.stdout.write(
            f"{expired.lots:,} lots expired in {expired.entries:,} entries,"
            f" {expired.amount:,} in all."
        )
