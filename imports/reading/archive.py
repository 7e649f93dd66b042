"""The archive that a workbook is: judged by its directory before anything unfolds."""

import zipfile
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from imports.errors import FileRefused

from .limits import MIB, Limits

END: Final = b"PK\x05\x06"
END_BYTES: Final = 22
LARGE_ARCHIVE: Final = b"PK\x06\x07"
LONGEST_COMMENT: Final = 65_535
BYTES_A_PART: Final = 400
WORTH_A_LOOK: Final = 10 * MIB
# What Python raises over an archive that is damaged, locked or forged.
DAMAGE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,  # zipfile: a way of packing that it does not know
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    LookupError,
)


def damaged() -> FileRefused:
    """The sentence for a workbook that no one could open."""
    return FileRefused(
        "damaged_workbook",
        _("This workbook is damaged or locked: open it, and save it as XLSX or CSV."),
    )


def open_archive(path: Path, limits: Limits) -> zipfile.ZipFile:
    """The archive, once its directory looks like a workbook's. Raises FileRefused."""
    _judge_the_directorys_size(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as wrong:
        raise damaged() from wrong
    try:
        _judge(archive.infolist(), limits)
    except FileRefused:
        archive.close()
        raise
    return archive


def _judge_the_directorys_size(path: Path, limits: Limits) -> None:
    """A directory of millions of names would fill the memory by being opened."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - LONGEST_COMMENT - END_BYTES - 20))
        tail = file.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_BYTES:
        raise FileRefused(
            "cut_workbook",
            _("This workbook has no end: it was cut on its way. Fetch it once more."),
        )
    directory = int.from_bytes(tail[place + 12 : place + 16], "little")
    if LARGE_ARCHIVE in tail or directory > limits.parts * BYTES_A_PART:
        raise _bomb()


def _judge(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """What is declared here is all that will be read: Python stops at it."""
    if any(part.flag_bits & 1 for part in parts):
        raise damaged()
    if any(
        part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        for part in parts
    ):
        raise damaged()
    swollen = any(
        part.file_size > WORTH_A_LOOK
        and part.file_size > limits.ratio * max(1, part.compress_size)
        for part in parts
    )
    total = sum(part.file_size for part in parts)
    if len(parts) > limits.parts or total > limits.expanded or swollen:
        raise _bomb()


def _bomb() -> FileRefused:
    return FileRefused(
        "workbook_unfolds",
        _("This workbook unfolds to far more than its size: save it as CSV."),
    )
