"""CSV as it really comes: any of four delimiters, UTF-8 or a Chinese encoding."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from django.utils.translation import gettext_lazy as _

from imports.errors import (
    CutInCharacter,
    EncodingUnknown,
    FileRefused,
    OptionRefused,
)

from .limits import Cells, Limits, Reading

CHUNK: Final = 1024 * 1024
DELIMITERS: Final = ",;\t|"
NAMED_DELIMITERS: Final = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
# As people write them, and the widest codec that reads each.
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "utf-16": "utf-16",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-15": "iso8859-15",
    "cp1250": "cp1250",
    "iso-8859-2": "iso8859-2",
    "cp1251": "cp1251",
    "cp1253": "cp1253",
    "cp1254": "cp1254",
    "cp1257": "cp1257",
    "cp1258": "cp1258",
    "cp874": "cp874",
    "mac-roman": "mac-roman",
}
# What a file without a mark may be, where it is no UTF-8; many read any bytes at all.
CANDIDATES: Final = (
    "gb18030",
    "big5",
    "cp1252",
    "cp1250",
    "cp1251",
    "shift_jis",
    "euc-kr",
)
SAMPLE_LINES: Final = 50
SAMPLES: Final = 4
LONGEST_SAMPLE: Final = 30
UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Three bytes and more in UTF-8: what Chinese has there, and GB18030 hardly ever.
FIRST_WIDE: Final = "\u0800"
MIXED_PER_MILLE: Final = 50


@contextmanager
def read_text(
    path: Path, *, limits: Limits, encoding: str = "", delimiter: str = ""
) -> Iterator[Reading]:
    """The rows of a CSV file, each with the line where it begins; and how far it is."""
    codec = named_codec(encoding) if encoding else find_codec(path, limits)
    between = named_delimiter(delimiter) if delimiter else ""
    if encoding:
        _read_through(path, codec, encoding)
    with path.open(encoding=codec, newline="") as file:
        hint, skipped = _first_lines(file, limits)
        between = between or hint
        size = max(1, path.stat().st_size)
        rows = _rows(file, between, limits, skipped)
        yield rows, lambda: _place(file) * 1000 // size


def _place(file: TextIO) -> int:
    """How far the bytes beneath the text were read."""
    return file.buffer.tell()


def named_codec(encoding: str) -> str:
    """The codec for an encoding that was named. Raises OptionRefused."""
    codec = ENCODINGS.get(encoding.strip().lower())
    if codec is None:
        raise OptionRefused(
            "unknown_encoding",
            _("This encoding is not known here. Choose one of: {known}."),
            known=", ".join(ENCODINGS),
        )
    return codec


def named_delimiter(delimiter: str) -> str:
    """The delimiter that was named, by its sign or its word. Raises OptionRefused."""
    sign = NAMED_DELIMITERS.get(delimiter.strip().lower(), delimiter)
    if sign not in NAMED_DELIMITERS.values():
        raise OptionRefused(
            "unknown_delimiter",
            _("Between cells may stand a comma, a semicolon, a tab or a bar."),
        )
    return sign


def find_codec(path: Path, limits: Limits) -> str:
    """The encoding that the whole file can be read in. Raises FileRefused."""
    with path.open("rb") as file:
        mark = file.read(4)
    if mark.startswith(UTF16_MARKS):
        _read_through(path, "utf-16", "UTF-16")
        return "utf-16"
    if mark.startswith(codecs.BOM_UTF8):
        _read_through(path, "utf-8-sig", "UTF-8")
        return "utf-8-sig"
    try:
        _read_through(path, "utf-8", "UTF-8")
    except FileRefused as refusal:
        # Western text may end with a byte that begins a character of UTF-8.
        if isinstance(refusal, CutInCharacter) and refusal.is_certain:
            raise
        _refuse_mixture(path, limits)
        samples = encoding_samples(path, limits)
        if not samples:
            raise
        raise EncodingUnknown(samples) from None
    return "utf-8"


def encoding_samples(path: Path, limits: Limits) -> dict[str, list[str]]:
    """Some cells in each encoding that the whole file could be read in.

    Nobody guesses among them: a western name is a Chinese one in the wrong encoding.
    """
    fitting = [name for name in CANDIDATES if _fits(path, ENCODINGS[name])]
    written: list[bytes] = []
    with path.open("rb") as file:
        while len(written) < SAMPLE_LINES and (line := file.readline(limits.line)):
            if not line.isascii():
                written.append(line)
    return {name: _cells_in(written, ENCODINGS[name]) for name in fitting}


def _fits(path: Path, codec: str) -> bool:
    try:
        _read_through(path, codec, codec)
    except FileRefused:
        return False
    return True


def _cells_in(lines: list[bytes], codec: str) -> list[str]:
    """The first few different cells that are not plain ASCII."""
    cells = (
        "".join(sign for sign in cell.strip(' "') if sign.isprintable())
        for line in lines
        for cell in re.split(f"[{DELIMITERS}\r\n]", line.decode(codec, "replace"))
        if not cell.isascii()
    )
    shown = dict.fromkeys(cell[:LONGEST_SAMPLE] for cell in cells)
    return list(islice(shown, SAMPLES))


def ends_openly(path: Path) -> bool:
    """Whether the last line has no end: perhaps the rest of it is missing."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2))
        last = file.read()
    return bool(last) and not last.rstrip(b"\0").endswith((b"\n", b"\r"))


def _read_through(path: Path, codec: str, called: str) -> None:
    """Make sure that every byte can be read, before the first row is."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    lines, has_wide = 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as wrong:
                line = lines + wrong.object[: wrong.start].count(b"\n")
                if not chunk:
                    raise CutInCharacter(line=line, is_certain=has_wide) from wrong
                raise FileRefused(
                    "wrong_encoding",
                    _("Line {line} cannot be read as {encoding}: save it as UTF-8."),
                    line=line,
                    encoding=called,
                ) from wrong
            if not chunk:
                return
            lines += text.count("\n")
            has_wide = has_wide or not text.isascii()


def _refuse_mixture(path: Path, limits: Limits) -> None:
    """Some lines in UTF-8 and some not would come out as nonsense, unnoticed."""
    wide = narrow = first = 0
    with path.open("rb") as file:
        number = 0
        while line := file.readline(limits.line):
            number += 1
            if line.isascii():
                continue
            try:
                wide += max(line.decode()) >= FIRST_WIDE
            except UnicodeDecodeError:
                narrow += 1
                first = first or number
    if wide * 1000 > MIXED_PER_MILLE * (wide + narrow):
        raise FileRefused(
            "mixed_encodings",
            _("Line {line} is in another encoding than the others: save it as UTF-8."),
            line=first,
        )


def _first_lines(file: TextIO, limits: Limits) -> tuple[str, int]:
    """The delimiter that the header shows, and the lines before it (`sep=;`)."""
    skipped = 0
    between = ""
    while True:
        place = file.tell()
        line = file.readline(limits.line)
        text = line.strip().lstrip("\ufeff")
        if text.lower().startswith("sep=") and len(text) == 5:
            between = text[4]
        elif text or not line:
            break
        skipped += 1
    file.seek(place)
    if between not in tuple(DELIMITERS):
        between = max(DELIMITERS, key=_outside_quotes(line).count)
    return between, skipped


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _rows(
    file: TextIO, delimiter: str, limits: Limits, skipped: int
) -> Iterator[tuple[int, Cells]]:
    lines = _lines(file, limits, skipped)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begins = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as wrong:
            raise FileRefused(
                "wrong_quotes",
                _(
                    "A cell that begins on line {line} never ends: look at its quotes,"
                    " or whether the file was cut there."
                ),
                line=begins,
            ) from wrong
        if cells is None:
            return
        yield begins, [cell.strip() for cell in cells]


def _lines(file: TextIO, limits: Limits, skipped: int) -> Iterator[str]:
    number = skipped
    while line := file.readline(limits.line):
        number += 1
        if len(line) == limits.line and not line.endswith(("\n", "\r")):
            raise FileRefused(
                "line_too_long",
                _("Line {line} is longer than {most} characters."),
                line=number,
                most=limits.line,
            )
        if "\0" in line:
            raise FileRefused(
                "nul_character",
                _("Line {line} holds a NUL character: this is no text file."),
                line=number,
            )
        yield line
