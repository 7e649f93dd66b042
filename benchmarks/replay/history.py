"""A sales history read as `import_sales` reads it (docs/imports.md), in its order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from common.errors import DomainError
from imports.columns import find_places
from imports.fates import sentence
from imports.kinds.base import Cells
from imports.kinds.sales import LONGEST_ITEM, Sales
from imports.options import ImportOptions
from imports.reading import open_table
from imports.values import LARGEST_COUNT, BadCell, Reader, date_formats

MOST_LINES: Final = 200  # of one bill


class LineRefused(DomainError):
    """A line of the file that is no purchase."""

    def __init__(self, line: int, bad: BadCell) -> None:
        super().__init__(bad.why, f"Line {line}: {sentence(bad.why, bad.about)}")


@dataclass(frozen=True, slots=True)
class Item:
    """Some of one thing; the price of one in minor units."""

    name: str
    quantity: int
    unit_price: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


@dataclass(slots=True)
class Purchase:
    """One bill of the file; `number` is its place there."""

    number: int
    member: str
    store: str
    at: datetime
    items: list[Item] = field(default_factory=list)

    @property
    def gross(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def bill(self) -> dict[str, Any]:
        """As a till tells it: one amount, or what was bought."""
        if len(self.items) == 1 and not self.items[0].name and self.gross:
            return {"gross": self.gross}
        return {
            "lines": [
                {
                    "name": item.name or "Sale",
                    "quantity": item.quantity,
                    "unit_price": item.unit_price,
                }
                for item in self.items
            ]
        }


def read(path: Path, options: ImportOptions) -> list[Purchase]:
    """Every purchase, in the order of the file; lines of one bill number, store and
    customer are one. Raises FileRefused, ColumnsRefused, LineRefused.
    """
    with open_table(
        path,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    ) as table:
        places = find_places(
            header=table.header,
            wanted=Sales.columns,
            needed=Sales.needed,
            mapping=options.mapping,
        )
        reader = _reader(options)
        bills = _Bills()
        for row in table.rows:
            try:
                bills.add(_read(Cells(places.at, row.cells), options, reader))
            except BadCell as bad:
                raise LineRefused(row.line, bad) from bad
    return bills.purchases


class _Bills:
    """Purchases as they come; what belongs to a bill of before is put onto it."""

    def __init__(self) -> None:
        self.purchases: list[Purchase] = []
        self._open: dict[tuple[str, str, str], Purchase] = {}

    def add(self, row: tuple[str, Purchase]) -> None:
        bill, purchase = row
        key = (purchase.store, purchase.member, bill)
        before = self._open.get(key) if bill else None
        if before is not None and len(before.items) < MOST_LINES:
            before.items += purchase.items
            return
        self.purchases.append(purchase)
        purchase.number = len(self.purchases)
        if bill:
            self._open[key] = purchase


def _read(cells: Cells, options: ImportOptions, reader: Reader) -> tuple[str, Purchase]:
    """A row's bill number, where it has one, and what it says. Raises BadCell."""
    at = reader.moment(cells["date"], "date")
    amount = reader.amount(cells["amount"], "amount")
    if at is None or amount is None:
        raise BadCell("empty", "date" if at is None else "amount")
    quantity = reader.count(cells["quantity"], "quantity", LARGEST_COUNT) or 1
    return cells.reference("bill"), Purchase(
        number=0,
        member=cells.reference("member") or cells.text("phone", 40),
        store=cells.text("store", 80) or options.store,
        at=at,
        items=[_item(cells.text("item", LONGEST_ITEM), quantity, amount)],
    )


def _item(name: str, quantity: int, amount: int) -> Item:
    """Where the amount is no whole number of prices, or nothing is named: one piece."""
    if not name or amount % quantity:
        return Item(name, 1, amount)
    return Item(name, quantity, amount // quantity)


def _reader(options: ImportOptions) -> Reader:
    precision = options.precision
    return Reader(
        zone=ZoneInfo(settings.TIME_ZONE),
        precision=precision,
        decimals=precision if options.decimals is None else options.decimals,
        minor=options.minor,
        decimal_comma=options.decimal_comma,
        date_formats=date_formats(options.date_format),
    )


def of_each(purchases: Sequence[Purchase]) -> list[list[Purchase]]:
    """Each member's purchases in their order; whoever is nobody comes once each."""
    found: dict[str, list[Purchase]] = {}
    for purchase in purchases:
        key = purchase.member or f"\0{purchase.number}"
        found.setdefault(key, []).append(purchase)
    return list(found.values())
