"""The first moments of a file as they were read: whoever brought it sees the clock."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from imports.kinds.base import Cells, Context
from imports.reading import Cell
from imports.values import OFFSET, BadCell
from stores.selectors import business_date

SAMPLED: Final = 2_000
EXAMPLES: Final = 3
COLUMNS: Final = ("date", "joined")


def _plain(cell: Cell) -> str:
    """A cell as text; a day of a workbook without an hour that it does not have."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else cell.strip()


class MomentSamples:
    """Looks at the first rows: which moments carry an offset, and three as examples."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._column = next((one for one in COLUMNS if one in context.columns), "")
        self._examples: list[dict[str, str]] = []
        self._written: set[str] = set()
        self._with_offset = self._without = 0

    def see(self, cells: Cells) -> None:
        """One row further."""
        cell = cells[self._column] if self._column else ""
        if not cell:
            return
        written = _plain(cell)
        if ":" in written and OFFSET.search(written):
            self._with_offset += 1
        else:
            self._without += 1
        if len(self._examples) < EXAMPLES and written not in self._written:
            # What is wrong with a cell is said of its row.
            with suppress(BadCell):
                self._examples.append(self._example(cells, written))
                self._written.add(written)

    def preview(self) -> dict[str, Any]:
        """As a job keeps it; nothing where the file has no moments."""
        if not self._with_offset and not self._without:
            return {}
        is_offset = "none"
        if self._with_offset:
            is_offset = "some" if self._without else "all"
        own = self._context.options.time_zone
        is_of_stores = not own and "store" in self._context.columns
        return {
            "zone": "" if is_of_stores else str(self._context.reader.zone),
            "is_offset": is_offset,
            "examples": self._examples,
        }

    def _example(self, cells: Cells, written: str) -> dict[str, str]:
        """Raises BadCell."""
        store = cells.store("store", self._context)
        reader = self._context.reader_at(store)
        at = reader.moment(cells[self._column], self._column)
        if at is None:
            raise BadCell("empty", self._column)
        zone = reader.zone if store is None else store.zone
        day = business_date(store, at).isoformat() if store is not None else ""
        return {
            "written": written[:40],
            "at": at.astimezone(zone).isoformat(),
            "zone": str(zone),
            "store": "" if store is None else store.code,
            "business_date": day,
        }
