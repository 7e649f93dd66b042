"""The end of a file: whether its last row is whole is for a person to say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from imports.errors import LastRowMayBeCut
from imports.reading import Cell, Table
from members.phones import masked

LONGEST_CELL: Final = 30
MOST_CELLS: Final = 8
BETWEEN: Final = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulLastRow:
    """A last row that may have been cut: its line, what is left of it, and whether it
    has fewer cells than every other (else it has no line break).
    """

    line: int
    row: str
    is_short: bool

    @property
    def question(self) -> LastRowMayBeCut:
        """The doubt as a sentence, to be raised or shown."""
        return LastRowMayBeCut(line=self.line, row=self.row, is_short=self.is_short)

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As a job kept it."""
        return cls(line=kept["line"], row=kept["row"], is_short=kept["is_short"])


class LastRowWatch:
    """Looks at each row as it goes by, and keeps no more than the last."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._fewest = len(table.header)
        self._line = 0
        self._cells: Sequence[Cell] = ()

    def see(self, line: int, cells: Sequence[Cell]) -> None:
        """One row further."""
        if self._line:
            self._fewest = min(self._fewest, len(self._cells))
        self._line, self._cells = line, cells

    def doubt(self, phone_at: int | None) -> DoubtfulLastRow | None:
        """What is doubtful about the last row; a workbook that was cut has no end."""
        if not self._line or self._table.is_workbook:
            return None
        is_short = len(self._cells) < self._fewest
        if not is_short and not self._table.ends_openly:
            return None
        return DoubtfulLastRow(
            line=self._line, row=self._shown(phone_at), is_short=is_short
        )

    def _shown(self, phone_at: int | None) -> str:
        """The end of the row; of a phone no more than its last digits."""
        cells = [
            masked(str(cell)) if place == phone_at else str(cell)[:LONGEST_CELL]
            for place, cell in enumerate(self._cells)
        ]
        head = ["…"] if len(cells) > MOST_CELLS else []
        return BETWEEN.join(head + cells[-MOST_CELLS:])
