"""How long anything of stored value may last: what a calendar can still count."""

from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q

MOST_DAYS: Final = 3_650
MOST_MONTHS: Final = 1_200
LONGEST_HOLD_HOURS: Final = 366 * 24


def span(most: int, *, least: int = 1) -> list[MinValueValidator | MaxValueValidator]:
    """For the form: a sentence at the field."""
    return [MinValueValidator(least), MaxValueValidator(most)]


def within(name: str, most: int) -> Q:
    """For the database: from one to the most, or for ever."""
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, most)})
