"""Stores: the places that the other files name."""

import re
from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any, Final
from zoneinfo import available_timezones

from django.conf import settings

from imports.reading import Cell
from imports.values import CLOCK, BadCell
from stores import services as stores_services
from stores.models.places import CODE_PATTERN
from stores.services import StoreRow

from .base import REPEATED, Cells, Context, Pieces, RowKind, run

LONGEST_CODE: Final = 16
LONGEST_NAME: Final = 80
CODE: Final = re.compile(CODE_PATTERN)
ZONES: Final = {name.casefold(): name for name in available_timezones()}
# What the file does not say of a store agrees with whatever the store says.
JUDGE: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN k.id IS NULL THEN 'new'
                   WHEN k.name = coalesce(s.name, k.name)
                        AND k.time_zone = coalesce(s.time_zone, k.time_zone)
                        AND k.day_starts_at = coalesce(s.day_starts, k.day_starts_at)
                   THEN 'same' ELSE 'bad' END,
       why = CASE WHEN k.id IS NOT NULL THEN 'store_differs' END
  FROM imports_staged t LEFT JOIN stores_store k ON k.code = t.code
 WHERE t.line = s.line AND s.fate IS NULL
"""
SAME_NEEDS_NO_WHY: Final = "UPDATE imports_staged SET why = NULL WHERE fate = 'same'"
NEW: Final = """
SELECT code, name, time_zone, day_starts, line FROM imports_staged
 WHERE fate = 'new' AND line > %(after)s ORDER BY line LIMIT %(piece)s
"""


class Stores(RowKind):
    """A row is one store, known by its code; one that is here is not changed."""

    word = "stores"
    columns = ("store_code", "store_name", "time_zone", "day_starts")
    needed = (("store_code",),)
    staged = ("code text", "name text", "time_zone text", "day_starts time")

    def prepare(self, context: Context) -> None:
        """Nothing: a store refers to nothing else."""

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A store. Raises BadCell."""
        code = cells.text("store_code", LONGEST_CODE).upper()
        if not code:
            raise BadCell("empty", "store_code")
        if not CODE.fullmatch(code):
            raise BadCell("not_a_code", "store_code")
        name = cells.text("store_name", LONGEST_NAME) or None
        return code, (
            code,
            name,
            _zone(cells.text("time_zone", 64)),
            _hour(cells["day_starts"]),
        )

    def tables(self) -> Sequence[str]:
        """None besides the staged rows."""
        return ()

    def judge(self, context: Context) -> None:
        """Here already, another under this code, or new."""
        run(REPEATED)
        run(JUDGE)
        run(SAME_NEEDS_NO_WHY)

    def preview(self, context: Context) -> dict[str, Any]:
        """Nothing that the counts do not say."""
        return {}

    def write(self, context: Context) -> None:
        """The stores by their own door."""
        stores_services.load_stores(
            rows=_new_stores(), asked_by=context.by, by=context.importer, at=context.at
        )


def _new_stores() -> Iterator[StoreRow]:
    for piece in Pieces(NEW, {}, 1_000):
        for code, name, zone, day_starts, _line in piece:
            yield StoreRow(
                code=code,
                name=name or code,
                time_zone=zone or settings.TIME_ZONE,
                day_starts_at=day_starts,
            )


def _zone(text: str) -> str | None:
    """A zone by its city. Raises BadCell."""
    if not text:
        return None
    found = ZONES.get(text.casefold())
    if found is None:
        raise BadCell("unknown_kind", "time_zone")
    return found


def _hour(cell: Cell) -> time | None:
    """An hour of the day; empty is none. Raises BadCell."""
    text = cell.strip() if isinstance(cell, str) else ""
    if not text:
        if cell:
            raise BadCell("not_an_hour", "day_starts")
        return None
    match = CLOCK.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        return time(int(match["h"]), int(match["min"]))
    except ValueError as wrong:
        raise BadCell("not_an_hour", "day_starts") from wrong
