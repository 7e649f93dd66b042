"""Why a file, or an act upon it, is refused; nothing was changed by it."""

from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise


class ImportRefused(DomainError):
    """What this app refuses."""


class FileRefused(ImportRefused):
    """A file that cannot be read to its end; `line` where it is known."""

    def __init__(
        self, code: str, message: "str | _StrPromise", **facts: object
    ) -> None:
        super().__init__(code, format_lazy(message, **facts), **facts)


class EncodingUnknown(FileRefused):
    """Bytes that could be several scripts; `samples` shows cells in each of them."""

    def __init__(self, samples: "Mapping[str, Sequence[str]]") -> None:
        super().__init__(
            "encoding_unknown",
            _(
                "This file is not UTF-8 and does not say its encoding: choose the one"
                " in which its names are right."
            ),
        )
        self.samples = samples


class CutInCharacter(FileRefused):
    """The last bytes begin a character that does not end.

    `is_certain`: there are other characters of that encoding in the file.
    """

    def __init__(self, *, line: int, is_certain: bool) -> None:
        super().__init__(
            "cut_in_character",
            _(
                "The file ends in the midst of a character, on line {line}: it was cut"
                " on its way. Fetch it once more."
            ),
            line=line,
        )
        self.is_certain = is_certain


class LastRowMayBeCut(ImportRefused):
    """The file may end in the midst of a row, and nobody said that it is complete.

    `row` is what is left of that row, for whoever brought the file to look at.
    """

    def __init__(self, *, line: int, row: str = "", is_short: bool = False) -> None:
        ends = (
            _(
                "The last row, on line {line}, has fewer cells than every other: it may"
                " have been cut. If nothing is missing, say that the file is complete."
            )
            if is_short
            else _(
                "The file ends without a line break, on line {line}: it may have"
                " been cut. If nothing is missing, say that it is complete."
            )
        )
        super().__init__("last_row_may_be_cut", format_lazy(ends, line=line), line=line)
        self.row = row


class ColumnsRefused(FileRefused):
    """The columns are not those of what is to be imported."""


class OptionRefused(FileRefused):
    """How the file is to be read was said in a way that means nothing."""

    @classmethod
    def no_such_store(cls) -> "OptionRefused":
        """The store of the whole file."""
        return cls("no_such_store", _("There is no store of this code or name."))


class ChangedMeanwhile(ImportRefused):
    """A till was quicker: the same phone was enrolled while the file was read."""

    def __init__(self) -> None:
        super().__init__(
            "changed_meanwhile",
            _("Something changed while the file was brought in. Please start again."),
        )


class RowsAreBad(ImportRefused):
    """All or nothing: with bad rows in it, nothing of a file is brought in."""

    def __init__(self, *, bad: int) -> None:
        super().__init__(
            "rows_are_bad",
            format_lazy(
                _("Rows that cannot be brought in: {bad}. Nothing was changed."),
                bad=bad,
            ),
            bad=bad,
        )


class FileIsGone(ImportRefused):
    """The uploaded file was deleted, or is another one now."""

    def __init__(self) -> None:
        super().__init__(
            "file_is_gone",
            _("The uploaded file is no longer there as it was. Upload it again."),
        )


class JobNotReady(ImportRefused):
    """Not the moment: it is under way, applied, or has bad rows."""

    def __init__(self) -> None:
        super().__init__(
            "import_not_ready",
            _("This import cannot be started now. Look at its page for why."),
        )


class JobWasTakenOver(ImportRefused):
    """Another worker has begun the same import anew; this one leaves it alone."""

    def __init__(self) -> None:
        super().__init__(
            "import_taken_over", _("Another worker has taken this import over.")
        )
