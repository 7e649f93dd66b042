"""A shop with data keeps the smallest unit that its amounts were written in."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

from common import money
from ledger.models import Unit


@checks.register(checks.Tags.database)
def decimals_are_the_books(
    *, databases: Sequence[str] | None = None, **_more: Any
) -> list[checks.CheckMessage]:
    """Refuse to start where ten cents would be read as ten dollars, or the reverse."""
    if (
        not databases
        or Unit._meta.db_table not in connection.introspection.table_names()
    ):
        return []
    found = Unit.objects.filter(code=settings.CURRENCY).first()
    if found is None or money.fits_books(found.code, exponent=found.exponent):
        return []
    return [
        checks.Error(
            f"The books keep {found.code} with {found.exponent} decimals, "
            f"and the settings say {money.decimals(found.code)}.",
            hint=f"Set CURRENCY_DECIMALS={found.exponent}.",
            id="ledger.E001",
        )
    ]
