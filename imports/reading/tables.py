"""A table with a header, whatever kind of file it comes in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from imports.errors import ColumnsRefused, FileRefused

from .limits import Cells, Limits
from .text import ends_openly, read_text
from .workbook import read_workbook

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"


class Row(NamedTuple):
    """A row that holds something, and the line where it begins, counted from 1."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and the rows beneath it, read once and as they are asked for."""

    header: list[str]
    rows: Iterator[Row]
    read_per_mille: Callable[[], int]
    # A text whose last line has no end; a workbook that was cut cannot be opened.
    ends_openly: bool = False
    is_workbook: bool = False

    def expected(self, read: int) -> int:
        """About how many rows there will be, once some were read."""
        return read * 1000 // max(1, self.read_per_mille())


@contextmanager
def open_table(
    path: Path,
    *,
    limits: Limits | None = None,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
) -> Iterator[Table]:
    """The table in a CSV or XLSX file; what is not said is found out.

    What the file is, is read from its first bytes, not from its name. Raises
    FileRefused.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileRefused(
            "file_too_large",
            _("The file is larger than {most} MB."),
            most=limits.file_bytes // (1024 * 1024),
        )
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(OLD_WORKBOOK):
        raise FileRefused(
            "old_workbook",
            _("This is an old or locked Excel workbook: save it as XLSX or CSV."),
        )
    is_workbook = head.startswith((WORKBOOK, EMPTY_ZIP))
    if is_workbook:
        reading = read_workbook(path, limits=limits, sheet=sheet)
    else:
        reading = read_text(path, limits=limits, encoding=encoding, delimiter=delimiter)
    with reading as (rows, read_per_mille):
        lines = bounded(rows, limits)
        is_open = not is_workbook and ends_openly(path)
        yield Table(_header(lines), lines, read_per_mille, is_open, is_workbook)


def bounded(rows: Iterator[tuple[int, Cells]], limits: Limits) -> Iterator[Row]:
    """The rows that hold something, while they stay within bounds."""
    for line, cells in rows:
        if line > limits.rows:
            raise FileRefused(
                "too_many_rows",
                _("The file has more than {most} rows."),
                most=limits.rows,
            )
        if len(cells) > limits.columns:
            raise FileRefused(
                "too_many_columns",
                _("Line {line} has more than {most} columns."),
                line=line,
                most=limits.columns,
            )
        if not any(cells):
            continue
        for cell in cells:
            if isinstance(cell, str) and len(cell) > limits.cell:
                raise FileRefused(
                    "cell_too_long",
                    _("Line {line} has a cell of more than {most} characters."),
                    line=line,
                    most=limits.cell,
                )
        yield Row(line, cells)


def _header(rows: Iterator[Row]) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise ColumnsRefused("file_is_empty", _("There is nothing in this file."))
    return [str(cell).strip() for cell in first.cells]
