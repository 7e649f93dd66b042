"""The fate of every row, for whoever has to mend the file."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from common import exports
from imports.fates import Fate, sentence


def header() -> list[str]:
    """What the columns of a report are called."""
    return [_("Line"), _("Reference"), _("Fate"), _("Why")]


def read(path: Path, *, only: str = "") -> Iterator[list[str]]:
    """The rows of a report, in the reader's language; those of one fate, or all."""
    with path.open(encoding="utf-8", newline="") as file:
        for line, reference, fate, why, about in csv.reader(file):
            if not only or fate == only:
                yield [line, reference, str(Fate(fate).label), sentence(why, about)]


def lines(path: Path) -> Iterator[str]:
    """The report as CSV that is safe to open in a spreadsheet."""
    return exports.csv_lines(header(), read(path))
