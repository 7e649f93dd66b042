"""XLSX, one row at a time: the sheet that is named, or the first."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from posixpath import normpath
from typing import IO, Final

from django.utils.translation import gettext_lazy as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from imports.errors import OptionRefused

from .archive import DAMAGE, damaged, open_archive
from .limits import Cells, Limits, Reading
from .sheet import Sheet
from .strings import Texts
from .xml import run

BOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
STRINGS: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"
MOST_STYLES: Final = 70_000
EAST_ASIAN_DATES: Final = frozenset((*range(27, 37), *range(50, 59)))


@contextmanager
def read_workbook(path: Path, *, limits: Limits, sheet: str = "") -> Iterator[Reading]:
    """The rows of a sheet, each with its number, and how far it is.

    Raises FileRefused, OptionRefused.
    """
    with open_archive(path, limits) as archive, ExitStack() as opened:
        with _sentences():
            part, epoch = _find_sheet(archive, sheet)
            dates = _date_styles(archive)
            rows = opened.enter_context(archive.open(part))
            source = (
                opened.enter_context(archive.open(STRINGS))
                if _has(archive, STRINGS)
                else None
            )
            texts = opened.enter_context(closing(Texts.read(source, limits.cell)))
        sheet_of = Sheet(texts=texts, dates=dates, epoch=epoch, limits=limits)
        size = max(1, archive.getinfo(part).file_size)
        yield _rows(rows, sheet_of), lambda: rows.tell() * 1000 // size


@contextmanager
def _sentences() -> Iterator[None]:
    """Whatever goes wrong inside an archive is one sentence outside."""
    try:
        yield
    except (*DAMAGE, zlib.error) as wrong:
        raise damaged() from wrong


def _rows(source: IO[bytes], sheet: Sheet) -> Iterator[tuple[int, Cells]]:
    rows = sheet.rows(source)
    while True:
        with _sentences():
            row = next(rows, None)
        if row is None:
            return
        yield row


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.NameToInfo


def _find_sheet(archive: zipfile.ZipFile, wanted: str) -> tuple[str, datetime]:
    """The part that holds the sheet, and the day that the book's dates count from."""
    sheets, targets, epoch = _contents(archive)
    if not sheets or (wanted and wanted not in sheets):
        raise OptionRefused(
            "no_such_sheet", _("The workbook has no sheet of that name.")
        )
    target = targets.get(sheets[wanted or next(iter(sheets))], "")
    part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
    if not _has(archive, part):
        raise damaged()
    return part, epoch


def _contents(
    archive: zipfile.ZipFile,
) -> tuple[dict[str, str], dict[str, str], datetime]:
    """What each sheet refers to, what each reference means, and the book's epoch."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}
    epoch = WINDOWS_EPOCH

    def begun(name: str, attributes: dict[str, str]) -> None:
        nonlocal epoch
        if name == "sheet":
            related = [v for k, v in attributes.items() if k.endswith(":id")]
            sheets[attributes.get("name", "")] = related[0] if related else ""
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            epoch = MAC_EPOCH
        elif name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in (BOOK, RELATIONS):
        if not _has(archive, part):
            raise damaged()
        with archive.open(part) as source:
            run(source, begun=begun, ended=_ignore, said=_ignore)
    return sheets, targets, epoch


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles that show a number as a date."""
    if not _has(archive, STYLES):
        return set()
    styles = Styles()
    with archive.open(STYLES) as source:
        run(source, begun=styles.begun, ended=styles.ended, said=_ignore)
    return styles.dates


class Styles:
    """The cell styles in their order, and those among them that show dates."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: dict[int, str] = dict(BUILTIN_FORMATS)
        self._in_cells = False
        self._count = 0

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        """A format, or a style that uses one."""
        if name == "numFmt":
            number = int(attributes.get("numFmtId", "0"))
            self._formats[number] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            if self._shows_dates(int(attributes.get("numFmtId", "0"))):
                self.dates.add(self._count)
            self._count += 1
        if max(self._count, len(self._formats)) > MOST_STYLES:
            raise damaged()

    def ended(self, name: str) -> None:
        """The end of the styles of cells."""
        if name == "cellXfs":
            self._in_cells = False

    def _shows_dates(self, number: int) -> bool:
        return number in EAST_ASIAN_DATES or bool(
            is_date_format(self._formats.get(number))
        )


def _ignore(*_said: object) -> None:
    """Nothing is read from this."""
