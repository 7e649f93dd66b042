"""How large a file may be before it is taken for a mistake, or an attack."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

# Text as it stands in the file; a workbook gives its dates as dates.
type Cell = str | date
type Cells = Sequence[Cell]
# Rows with the line where each begins, and how far the file was read, per mille.
type Reading = tuple[Iterator[tuple[int, Cells]], Callable[[], int]]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`expanded` is what a workbook may unfold to, `ratio` how many times its size;
    `strings` what its table of texts may, which is the one part held in memory.
    """

    file_bytes: int = 200 * MIB
    expanded: int = 2048 * MIB
    ratio: int = 200
    strings: int = 64 * MIB
    parts: int = 1000
    rows: int = 2_000_000
    columns: int = 200
    cell: int = 4000
    line: int = 128 * 1024
