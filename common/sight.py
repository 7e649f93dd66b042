"""Which days a house may name: those that every clock and calendar of ours can count.

The database keeps years before the first and after the 9999th, and whoever reads such a
row fails: one offer that begins in the year 1 of a clock east of Greenwich would stop
every bill of the house, and its own page with them.
"""

from datetime import UTC, date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LAST: Final = datetime(3000, 1, 1, tzinfo=UTC)
SENTENCE: Final = _("Choose a day of the years 1900 to 2999.")


def in_sight(named: date | datetime | None) -> None:
    """For a form: a sentence at the field. Raises ValidationError."""
    if named is None:
        return
    first, last = (
        (FIRST, LAST) if isinstance(named, datetime) else (FIRST_DAY, LAST_DAY)
    )
    if not first <= named <= last:
        raise ValidationError(SENTENCE, code="out_of_sight")


def moments_in_sight(*names: str) -> Q:
    """For the database: each of these moments is none, or one that can be read."""
    within = Q()
    for name in names:
        within &= Q(**{f"{name}__isnull": True}) | Q(
            **{f"{name}__range": (FIRST, LAST)}
        )
    return within


def days_in_sight(*names: str) -> Q:
    """For the database: the same of days."""
    within = Q()
    for name in names:
        within &= Q(**{f"{name}__range": (FIRST_DAY, LAST_DAY)})
    return within
