"""What stands in a cell, as a value: text to integers and days, never by floats."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common import money
from common.money import FULL_WIDTH
from imports.errors import OptionRefused
from imports.models.references import LONGEST_REFERENCE
from imports.reading import Cell

LARGEST: Final = 10**15  # as in the books
LARGEST_COUNT: Final = 10**6
MOST_DECIMALS: Final = 6
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 1, 1)
NOON: Final = time(12)
SIGNS: Final = f"{money.TYPED_SIGNS} \u00a0"
NUMBER: Final = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
)
# The same where a comma stands before the decimals: 1.234,50 or 1 234,50.
COMMA_NUMBER: Final = re.compile(
    "[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3})+(?:,[0-9]*)?|[0-9]+(?:,[0-9]*)?|,[0-9]+"
)
BETWEEN_THOUSANDS: Final = str.maketrans("", "", ". \u00a0\u202f")
# A day as a spreadsheet keeps it: the days since 1900, from 1954 to 2118.
SERIAL: Final = re.compile(r"[2-7][0-9]{4}(?:\.[0-9]+)?")
# Year first is the only order that is not guessed.
DAY: Final = re.compile(
    r"(?P<y>[0-9]{4})(?:[-/.]|年)(?P<m>[0-9]{1,2})(?:[-/.]|月)(?P<d>[0-9]{1,2})日?"
    r"|(?P<packed>[0-9]{8})"
)
CLOCK: Final = re.compile(
    r"[T ]?(?P<h>[0-9]{1,2}):(?P<min>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.[0-9]+)?)?"
)
OFFSET: Final = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$")
MONTH_AND_DAY: Final = re.compile(r"([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?")
SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2,}")
SHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
)
# Orders by a word, since nobody remembers the signs of a pattern.
ORDERS: Final = {
    "ymd": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
    "dmy": ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"),
    "mdy": ("%m-%d-%Y", "%m/%d/%Y", "%m.%d.%Y"),
}
YES: Final = frozenset({"yes", "y", "true", "1", "是", "农历", "農曆", "lunar", "阴历"})
NO: Final = frozenset(
    {"", "no", "n", "false", "0", "否", "公历", "國曆", "solar", "阳历"}
)


class BadCell(Exception):
    """A cell that means nothing: `why` names the sentence, `about` the column."""

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.about = about


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How amounts and days are written in this file, and in which zone."""

    zone: ZoneInfo
    precision: int
    decimals: int
    minor: bool = False
    decimal_comma: bool = False
    date_formats: tuple[str, ...] = ()

    def amount(self, cell: Cell, column: str, *, signed: bool = False) -> int | None:
        """Money in minor units; empty is none. Raises BadCell."""
        value = self._number(cell, column, signed=signed)
        if value is None:
            return None
        if not self.minor:
            value = value.scaleb(self.precision)
        whole = value.to_integral_value(ROUND_HALF_UP)
        exact = self.minor or self.decimals <= self.precision
        if exact and whole != value:
            raise BadCell("too_many_decimals", column)
        if abs(whole) > LARGEST:
            raise BadCell("too_large", column)
        return int(whole)

    def quantity(self, cell: Cell, column: str, *, signed: bool = False) -> Decimal:
        """How much of something, a weight included; empty is one. Raises BadCell."""
        if isinstance(cell, str) and len(cell) <= 6 and cell.isdecimal():
            return Decimal(cell)
        plain = replace(self, minor=False, decimals=MOST_DECIMALS)
        value = plain._number(cell, column, signed=signed)
        if value is None:
            return Decimal(1)
        if abs(value) > LARGEST_COUNT:
            raise BadCell("too_large", column)
        return value

    def count(self, cell: Cell, column: str, most: int = LARGEST) -> int | None:
        """A whole number, such as points; empty is none. Raises BadCell."""
        value = self._number(cell, column)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise BadCell("not_whole", column)
        if value > most:
            raise BadCell("too_large", column)
        return int(value)

    def day(self, cell: Cell, column: str) -> date | None:
        """A day; empty is none. Raises BadCell."""
        found = self._moment(cell, column)
        return found[0] if found else None

    def moment(self, cell: Cell, column: str) -> datetime | None:
        """A moment; without a time of day it is noon of that day in the zone."""
        found = self._moment(cell, column)
        if found is None:
            return None
        day, clock = found
        if isinstance(clock, datetime):
            return clock
        return datetime.combine(day, clock or NOON, tzinfo=self.zone)

    def end_of(self, cell: Cell, column: str) -> datetime | None:
        """The end of the last day that something is valid: the next midnight."""
        day = self.day(cell, column)
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=1), time(0), tzinfo=self.zone)

    def _number(
        self, cell: Cell, column: str, *, signed: bool = False
    ) -> Decimal | None:
        if isinstance(cell, date):
            raise BadCell("not_an_amount", column)
        text = cell.translate(FULL_WIDTH).strip(SIGNS)
        if not text:
            return None
        is_negative = text.startswith(("-", "(", "−"))
        if is_negative:
            if not signed:
                raise BadCell("negative", column)
            text = text[1:].removesuffix(")")
        plain = self._plain(text.removeprefix("+").strip(SIGNS), column)
        _whole, _point, part = plain.partition(".")
        if not self.minor and len(part.rstrip("0")) > max(self.decimals, 0):
            raise BadCell("too_many_decimals", column)
        return -Decimal(plain) if is_negative else Decimal(plain)

    def _plain(self, text: str, column: str) -> str:
        """A number with a point and nothing between its thousands. Raises BadCell."""
        if len(text) > 40:
            raise BadCell("not_an_amount", column)
        if self.decimal_comma:
            if COMMA_NUMBER.fullmatch(text):
                return text.translate(BETWEEN_THOUSANDS).replace(",", ".")
            raise BadCell(
                "decimal_point" if NUMBER.fullmatch(text) else "not_an_amount", column
            )
        if NUMBER.fullmatch(text):
            return text.replace(",", "")
        raise BadCell(
            "decimal_comma" if COMMA_NUMBER.fullmatch(text) else "not_an_amount", column
        )

    def _moment(
        self, cell: Cell, column: str
    ) -> tuple[date, time | datetime | None] | None:
        if isinstance(cell, datetime):
            day, clock = cell.date(), cell.time().replace(tzinfo=None)
            return self._sane(day, clock, column)
        if isinstance(cell, date):
            return self._sane(cell, None, column)
        text = cell.translate(FULL_WIDTH).strip()
        if not text:
            return None
        if len(text) > 40:
            raise BadCell("not_a_date", column)
        try:
            found = self._by_format(text) if self.date_formats else written_day(text)
        except (ValueError, OverflowError) as wrong:
            why = "excel_serial" if SERIAL.fullmatch(text) else "not_a_date"
            raise BadCell(why, column) from wrong
        return self._sane(*found, column)

    def _by_format(self, text: str) -> tuple[date, time | datetime | None]:
        """By the order that was named, else as years come first, which is certain."""
        for pattern in self.date_formats:
            try:
                return _split(datetime.strptime(text, pattern))  # noqa: DTZ007 (the zone is added)
            except ValueError:
                head, _space, clock = text.partition(" ")
                if clock and CLOCK.fullmatch(clock):
                    try:
                        day = datetime.strptime(head, pattern).date()  # noqa: DTZ007 (a day)
                    except ValueError:
                        continue
                    return day, _clock(clock)
        return written_day(text)

    def _sane(
        self, day: date, clock: time | datetime | None, column: str
    ) -> tuple[date, time | datetime | None]:
        if isinstance(clock, datetime):
            day = clock.astimezone(self.zone).date()
        if not EARLIEST <= day < LATEST:
            raise BadCell("date_out_of_range", column)
        return day, clock


def written_day(text: str) -> tuple[date, time | datetime | None]:
    """A day with its year first, perhaps with a time of day. Raises ValueError."""
    offset = OFFSET.search(text) if ":" in text else None
    rest = text[: offset.start()] if offset else text
    match = DAY.match(rest)
    if match is None:
        raise ValueError(text)
    packed = match["packed"]
    if packed:
        day = date(int(packed[:4]), int(packed[4:6]), int(packed[6:]))
    else:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    tail = rest[match.end() :].strip()
    if not tail:
        return day, None
    clock = _clock(tail)
    if offset:
        sign = offset[1].replace("Z", "+00:00")
        return day, datetime.fromisoformat(f"{day}T{clock}{sign}")
    return day, clock


def _clock(text: str) -> time:
    match = CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return time(int(match["h"]), int(match["min"]), int(match["s"] or 0))


def _split(found: datetime) -> tuple[date, time | datetime | None]:
    if found.tzinfo is not None:
        return found.date(), found
    clock = found.time()
    return found.date(), None if clock == time(0) else clock


def date_formats(given: str) -> tuple[str, ...]:
    """The patterns for an order (`dmy`) or one pattern. Raises OptionRefused."""
    text = given.strip()
    if not text:
        return ()
    if text.lower() in ORDERS:
        return ORDERS[text.lower()]
    sample = datetime(2023, 11, 27)  # noqa: DTZ001 (a pattern is tried, not a moment)
    try:
        fits = datetime.strptime(sample.strftime(text), text).date() == sample.date()  # noqa: DTZ007 (same)
    except (ValueError, re.error):
        fits = False
    if not fits:
        raise OptionRefused(
            "unknown_date_format",
            _("Give dates as ymd, dmy, mdy, or as a pattern such as {pattern}."),
            pattern="%d.%m.%Y",
        )
    return (text,)


def text_of(cell: Cell, column: str, longest: int) -> str:
    """One line of text without control characters. Raises BadCell."""
    if isinstance(cell, date):
        cell = cell.isoformat()
    text = " ".join(cell.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text in SHEET_ERRORS:
        raise BadCell("sheet_error", column)
    # Nearly all text is printable; only the rest is looked at sign by sign.
    if not text.isprintable() and any(
        unicodedata.category(character) == "Cc" for character in text
    ):
        raise BadCell("control_characters", column)
    if len(text) > longest:
        raise BadCell("too_long", column)
    return text


def reference_of(cell: Cell, column: str) -> str:
    """How another system calls something. Raises BadCell where a sheet has cut it."""
    text = text_of(cell, column, LONGEST_REFERENCE)
    if SCIENTIFIC.fullmatch(text):
        raise BadCell("digits_cut", column)
    return text


def truth_of(cell: Cell, column: str) -> bool:
    """Yes or no; empty is no. Raises BadCell."""
    word = text_of(cell, column, 20).casefold()
    if word not in YES | NO:
        raise BadCell("not_yes_or_no", column)
    return word in YES


def month_and_day(text: str) -> tuple[int, int] | None:
    """A day of the year without its year, such as 5-3 or 5月3日."""
    match = MONTH_AND_DAY.fullmatch(text.translate(FULL_WIDTH).strip())
    return (int(match[1]), int(match[2])) if match else None
