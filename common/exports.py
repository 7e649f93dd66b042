"""Lists that leave the house as CSV or XLSX, row by row and safe to open."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

from openpyxl import Workbook

from common.text import LAYOUT, begins_formula, visible

type Cell = str | int | float | bool | Decimal | None


def safe_cell(value: object) -> Cell:
    """A value as a spreadsheet may hold it, with no way to be taken for a formula.

    What cannot be seen goes first, so that nothing hides the sign behind it.
    """
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = visible(str(value))
    # A quote in front makes it text.
    quoted = begins_formula(text) or text[:1] in LAYOUT
    return f"'{text}" if quoted else text


class Echo:
    """A file that keeps nothing: what is written is what is returned."""

    def write(self, value: str) -> str:
        """Hand the line straight on."""
        return value


def csv_lines(
    header: Sequence[object], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    """The lines of a CSV file, one at a time, marked as UTF-8 for spreadsheets."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow([safe_cell(value) for value in header])
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def xlsx_file(header: Sequence[object], rows: Iterable[Sequence[object]]) -> IO[bytes]:
    """A workbook on disk, written row by row, ready to be read from its start."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([safe_cell(value) for value in header])
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 (the response that sends it closes it)
    book.save(file)
    file.seek(0, io.SEEK_SET)
    return file
