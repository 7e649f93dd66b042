"""How a file is written, as far as its first rows show; the rest is asked."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from common.errors import DomainError
from imports.columns import find_places
from imports.errors import EncodingUnknown
from imports.kinds import KINDS
from imports.kinds.base import Cells
from imports.options import ImportOptions
from imports.reading import Limits, open_table
from imports.values import COMMA_NUMBER, NUMBER, SIGNS

ROWS: Final = 2_000
DATES: Final = (
    "date",
    "joined",
    "valid_until",
    "birthday",
    "bonus_expires",
    "points_expires",
    "growth_expires",
)
AMOUNTS: Final = ("amount", "bill_total", "unit_price", "principal", "bonus")
YEAR_LAST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}(?:[ T].*)?")
DECIMALS: Final = re.compile(r".*[0-9]([.,])[0-9]{1,2}")
MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The options with what was found in them, and what the file leaves open.

    `found` names the options that were not said; `questions` those that have to be;
    `samples` are cells in each encoding that the file may be in, `sample_date` a day
    that could be two.
    """

    options: ImportOptions
    found: Sequence[str] = ()
    questions: Sequence[str] = ()
    samples: dict[str, list[str]] = field(default_factory=dict)
    sample_date: str = ""


def guess(*, kind: str, path: Path, options: ImportOptions) -> Guess:
    """Look at the first rows. A file that cannot be read says so in its dry run."""
    try:
        rows = _first_rows(kind, path, options)
    except EncodingUnknown as unknown:
        samples = {name: list(cells) for name, cells in unknown.samples.items()}
        return Guess(options=options, questions=["encoding"], samples=samples)
    except DomainError:
        return Guess(options=options)
    found: dict[str, str | bool] = {}
    questions, sample = [], ""
    if not options.date_format:
        order, sample = order_of_dates(_texts(rows, DATES))
        if order:
            found["date_format"] = order
        elif sample:
            questions.append("date_format")
    if not options.decimal_comma and has_decimal_commas(_texts(rows, AMOUNTS)):
        found["decimal_comma"] = True
    return Guess(
        options=replace(options, **found),  # type: ignore[arg-type]  # each of its own kind
        found=list(found),
        questions=questions,
        sample_date=sample,
    )


def order_of_dates(texts: Iterator[str]) -> tuple[str, str]:
    """`dmy` or `mdy` where some day allows but one of them; else a day that could be
    both. Nothing where the year comes first.
    """
    first_is_day = second_is_day = False
    sample = ""
    for text in texts:
        match = YEAR_LAST.fullmatch(text)
        if match is None:
            continue
        sample = sample or text
        first_is_day |= int(match[1]) > MONTHS
        second_is_day |= int(match[2]) > MONTHS
    if first_is_day != second_is_day:
        return ("dmy" if first_is_day else "mdy"), ""
    return "", "" if first_is_day else sample


def has_decimal_commas(texts: Iterator[str]) -> bool:
    """Whether amounts have their decimals behind a comma, and none behind a point."""
    commas = 0
    for text in texts:
        match = DECIMALS.fullmatch(text)
        if match is None:
            continue
        if match[1] == "." and NUMBER.fullmatch(text):
            return False
        commas += match[1] == "," and bool(COMMA_NUMBER.fullmatch(text))
    return commas > 0


def _first_rows(kind: str, path: Path, options: ImportOptions) -> list[Cells]:
    """Raises what reading raises."""
    chosen = KINDS[kind]
    found: list[Cells] = []
    with open_table(
        path,
        limits=Limits(),
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    ) as table:
        places = find_places(
            header=table.header,
            wanted=chosen.columns,
            needed=chosen.needed,
            mapping=options.mapping,
        )
        # What is wrong further down is named by its line in the dry run.
        with suppress(DomainError):
            for _line, cells in islice(table.rows, ROWS):
                found.append(Cells(places.at, cells))
    return found


def _texts(rows: Sequence[Cells], words: Sequence[str]) -> Iterator[str]:
    for cells in rows:
        for word in words:
            cell = cells[word]
            if not isinstance(cell, date) and (text := cell.strip(SIGNS).lstrip("-")):
                yield text
