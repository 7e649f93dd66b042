"""How things are named from outside: by an id as we gave it, or by the shop's name."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

LONGEST_NUMBER = 18  # digits that any column of ours can hold


def uuid_of(text: str) -> UUID | None:
    """An id of the long kind; None where it cannot be one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def number_of(text: str) -> int | None:
    """A number as ids of ours are written; None where it cannot be one."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def find(rows: QuerySet[Any], text: str, *, by: str) -> int | None:
    """The row of this name, else of this id; `by` is the field of the name."""
    ids = rows.order_by("pk").values_list("pk", flat=True)
    named: int | None = ids.filter(**{by: text}).first()
    number = number_of(text)
    if named is not None or number is None:
        return named
    found: int | None = ids.filter(pk=number).first()
    return found
