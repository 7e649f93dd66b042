"""The rows of one sheet, made of its cells as they stream by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Final

from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import from_excel, from_ISO8601

from imports.errors import FileRefused

from .limits import Cells, Limits
from .strings import Texts
from .xml import stream

# Beyond it a spreadsheet has cut the digits; it shows them as 6.2E+18, and so do we.
EXACT_DIGITS: Final = 15
LETTERS: Final = 3
TRUTHS: Final = {"1": "true", "0": "false"}


@dataclass(slots=True)
class Sheet:
    """What is needed to read a cell, and the row that is being read."""

    texts: Texts
    dates: set[int]
    epoch: datetime
    limits: Limits
    _done: list[tuple[int, Cells]] = field(default_factory=list)
    _line: int = 0
    _cells: dict[int, str | date] = field(default_factory=dict)
    _column: int = 0
    _kind: str = ""
    _style: int = 0
    _listening: bool = False
    _in_cell: bool = False
    _in_reading: bool = False
    _said_so_far: list[str] = field(default_factory=list)
    _held: int = 0

    def rows(self, source: IO[bytes]) -> Iterator[tuple[int, Cells]]:
        """Each row that holds something, with its number. Raises FileRefused."""
        for _pause in stream(
            source, begun=self._begun, ended=self._ended, said=self._said
        ):
            yield from self._done
            self._done.clear()

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "c":
                self._begin_cell(attributes)
            case "v" | "t":
                self._listening = self._in_cell and not self._in_reading
            case "rPh":
                self._in_reading = True
            case "row":
                self._begin_row(attributes.get("r", ""))

    def _ended(self, name: str) -> None:
        match name:
            case "v" | "t":
                self._listening = False
            case "c":
                self._end_cell()
            case "rPh":
                self._in_reading = False
            case "row" if self._cells:
                last = max(self._cells)
                row: Cells = [self._cells.get(n, "") for n in range(1, last + 1)]
                self._done.append((self._line, row))

    def _said(self, text: str) -> None:
        if self._listening and self._held <= self.limits.cell:
            self._said_so_far.append(text)
            self._held += len(text)

    def _begin_row(self, number: str) -> None:
        line = (
            int(number) if number.isdecimal() and len(number) < 10 else self._line + 1
        )
        if line <= self._line or line > self.limits.rows:
            raise FileRefused(
                "too_many_rows",
                _("The file has more than {most} rows."),
                most=self.limits.rows,
            )
        self._line = line
        self._column = 0
        self._cells = {}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._in_cell = True
        self._column = _column(attributes.get("r", "")) or self._column + 1
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "")
        self._style = int(style) if style.isdecimal() and len(style) < 7 else 0
        self._said_so_far = []
        self._held = 0

    def _end_cell(self) -> None:
        self._in_cell = self._listening = False
        text = "".join(self._said_so_far)
        if not text:
            return
        if self._column > self.limits.columns:
            raise FileRefused(
                "too_many_columns",
                _("Line {line} has more than {most} columns."),
                line=self._line,
                most=self.limits.columns,
            )
        self._cells[self._column] = self._value(text)

    def _value(self, text: str) -> str | date:
        match self._kind:
            case "s":
                return self.texts[int(text)].strip() if text.isdecimal() else ""
            case "n":
                return self._number(text)
            case "b":
                return TRUTHS.get(text, text)
            case "d":
                return _day(from_ISO8601(text), text)  # type: ignore[no-untyped-call]  # untyped
            case _:
                return text.strip()

    def _number(self, text: str) -> str | date:
        if self._style in self.dates:
            try:
                return _day(from_excel(float(text), self.epoch), text)
            except (ValueError, OverflowError):
                return text
        return written_number(text)


def written_number(text: str) -> str:
    """A number as the sheet shows it: 29.330000000000002 is 29.33."""
    if text.isdecimal():
        return text
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    if (
        not value.is_finite()
        or value.adjusted() >= EXACT_DIGITS
        or value.adjusted() < -20
    ):
        return text
    rounded = round(value, EXACT_DIGITS - 1 - value.adjusted())
    plain = f"{rounded:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _column(place: str) -> int:
    """The number of the column in a name like AB12; none where there is no name."""
    number = 0
    for count, letter in enumerate(place):
        if not "A" <= letter <= "Z" or count > LETTERS:
            break
        number = number * 26 + ord(letter) - 64
    return number


def _day(found: object, text: str) -> str | date:
    """A moment at midnight is a day; what is no date stays as it was written."""
    if isinstance(found, datetime):
        return found.date() if found.time() == datetime.min.time() else found
    return found if isinstance(found, date) else text
