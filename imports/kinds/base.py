"""What the kinds share: how a row is read, and the table that rows are staged in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import connection

from imports.last_rows import DoubtfulLastRow
from imports.options import ImportOptions
from imports.reading import Cell
from imports.values import BadCell, Reader, reference_of, text_of
from ledger.services import Act
from stores import services as stores_services
from stores.models import Store

# Every staged row has these before the columns of its kind.
COMMON: Final = (
    "line bigint NOT NULL",
    "reference text",
    "digest text",
    "fate text",
    "why text",
    "about text",
)
STAGED: Final = "imports_staged"
FATES: Final = "SELECT line, reference, fate, why, about FROM imports_staged"
MEMBERS: Final = """
SELECT count(*) FROM (SELECT FROM imports_staged WHERE fate IS DISTINCT FROM 'bad'
                       GROUP BY customer) m
"""


@dataclass(slots=True)
class Context:
    """Everything that reading, judging and writing need to know."""

    options: ImportOptions
    reader: Reader
    country: str
    stores: Mapping[str, Store]
    store: Store | None
    at: datetime
    by: Act
    tell: Callable[[str, int, int | None], None]
    unread: list[str] = field(default_factory=list)
    # Our columns that the file has.
    columns: frozenset[str] = frozenset()
    # The last row, where it may have been cut.
    last_row: DoubtfulLastRow | None = None
    # In which zone the first moments of the file were read, and what came of it.
    moments: dict[str, Any] = field(default_factory=dict)
    # What rows name by a code, looked up once for each file.
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The name of the system that the file comes from."""
        return self.options.source

    def reader_at(self, store: Store | None) -> Reader:
        """How moments of this store are read: by its clock, unless a zone was named."""
        if store is None or self.options.time_zone or self.reader.zone == store.zone:
            return self.reader
        return replace(self.reader, zone=store.zone)

    @property
    def importer(self) -> Act:
        """Who writes: the import itself; who asked for it stands in the log."""
        return stores_services.act(
            task="import", at=self.at, request_id=self.by.request_id
        )


class Cells:
    """The cells of one row by our columns; one that the file has not is empty."""

    __slots__ = ("_at", "_cells")

    def __init__(self, at: Mapping[str, int], cells: Sequence[Cell]) -> None:
        self._at = at
        self._cells = cells

    def __getitem__(self, word: str) -> Cell:
        place = self._at.get(word)
        if place is None or place >= len(self._cells):
            return ""
        return self._cells[place]

    def text(self, word: str, longest: int) -> str:
        """One line of text. Raises BadCell."""
        return text_of(self[word], word, longest)

    def reference(self, word: str) -> str:
        """How the other system calls something. Raises BadCell."""
        return reference_of(self[word], word)

    def store(self, word: str, context: Context) -> Store | None:
        """A store by its code or its name, else the one that was chosen."""
        text = self.text(word, 80)
        if not text:
            return context.store
        found = context.stores.get(text.casefold())
        if found is None:
            raise BadCell("unknown_store", word)
        return found


class Kind(Protocol):
    """One kind of file."""

    @property
    def word(self) -> str:
        """What the kind is called."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """Our columns that such a file may have."""
        ...

    @property
    def needed(self) -> Sequence[Sequence[str]]:
        """Groups of columns, of each of which one must be there."""
        ...

    @property
    def copied(self) -> str:
        """The temporary table that rows are copied into."""
        ...

    @property
    def staged(self) -> Sequence[str]:
        """The columns of the copied rows, besides the common ones."""
        ...

    @property
    def has_digests(self) -> bool:
        """Whether rows of one reference are compared by a digest of their values."""
        ...

    @property
    def fates(self) -> str:
        """The statement that says what becomes of each row of the file."""
        ...

    def prepare(self, context: Context) -> None:
        """Look up what the rows name by a code: while rows are copied, nobody can."""
        ...

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """The row's reference, and its values in the order of `staged`.

        Raises BadCell.
        """
        ...

    def tables(self) -> Sequence[str]:
        """Further temporary tables that judging fills."""
        ...

    def judge(self, context: Context) -> None:
        """Give every staged row without a fate its own; writes nothing else."""
        ...

    def preview(self, context: Context) -> dict[str, Any]:
        """What was seen in the file, for whoever looks it through first."""
        ...

    def write(self, context: Context) -> None:
        """Bring in what is new or changed; every row has been judged."""
        ...


class RowKind:
    """A kind whose rows are staged as they stand, each speaking of a member."""

    copied = STAGED
    fates = FATES
    has_digests = True

    def preview(self, _context: Context) -> dict[str, Any]:
        """How many members the rows speak of."""
        return {"members": rows(MEMBERS)[0][0]}


def run(sql: str, **facts: Any) -> int:
    """One statement over the staged rows; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return int(cursor.rowcount)


def rows(sql: str, **facts: Any) -> list[tuple[Any, ...]]:
    """A short answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


class Pieces:
    """The rows of a statement that end with a growing number, fetched range by range.

    `%(after)s` and `%(piece)s` stand in the statement; the last column of a row is
    where the next piece begins. Between pieces the connection is free for others.
    """

    def __init__(self, sql: str, facts: Mapping[str, Any], piece: int) -> None:
        self._sql, self._facts, self._piece = sql, facts, piece

    def __iter__(self) -> Any:
        after = -1
        while True:
            found = rows(self._sql, after=after, piece=self._piece, **self._facts)
            if not found:
                return
            yield found
            after = found[-1][-1]


# Said twice in one file: the same again is passed over, something else is bad.
REPEATED: Final = """
WITH said AS (
  SELECT line, digest,
         first_value(line) OVER same AS first_line,
         first_value(digest) OVER same AS first_digest
    FROM imports_staged WHERE fate IS NULL AND reference <> ''
  WINDOW same AS (PARTITION BY reference ORDER BY line)
)
UPDATE imports_staged s
   SET fate = CASE WHEN said.digest = said.first_digest THEN 'duplicate' ELSE 'bad' END,
       why = CASE WHEN said.digest = said.first_digest THEN 'repeated'
                  ELSE 'said_otherwise' END,
       about = said.first_line::text
  FROM said WHERE said.line = s.line AND said.line > said.first_line
"""
