"""Who took a wallet's statement with them, and of which month."""

from datetime import date, datetime

from django.db import transaction

from ledger.services import Act
from stores import services as stores_services


@transaction.atomic
def record_statement(*, month: date, form: str, by: Act, at: datetime) -> None:
    """Write into the log that whoever acts took the statement of a month away."""
    stores_services.record_act(
        name="stored_value.statement_taken",
        by=by,
        at=at,
        facts={"month": f"{month:%Y-%m}", "form": form},
    )
