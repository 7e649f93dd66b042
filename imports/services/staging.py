"""From the rows of a file to a temporary table, in memory that does not grow."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.db import connection
from psycopg import sql

from imports.columns import find_places
from imports.kinds.base import COMMON, Cells, Context, Kind
from imports.last_rows import LastRowWatch
from imports.moments import SAMPLED, MomentSamples
from imports.reading import Limits, open_table
from imports.values import BadCell

TELL_EVERY: Final = 2000


def make_tables(kind: Kind) -> None:
    """The temporary tables of one import, gone with its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.imports_staged, pg_temp.imports_lots,"
            " pg_temp.imports_missing, pg_temp.imports_lines"
        )
        columns = sql.SQL(", ").join(sql.SQL(c) for c in (*COMMON, *kind.staged))
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(
                sql.Identifier(kind.copied), columns
            )
        )
        for statement in kind.tables():
            cursor.execute(statement)


def stage(kind: Kind, path: Path, context: Context, limits: Limits) -> int:
    """Read the whole file; how many rows it has. Raises FileRefused."""
    count = 0
    kind.prepare(context)
    options = context.options
    with open_table(
        path,
        limits=limits,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    ) as table:
        places = find_places(
            header=table.header,
            wanted=kind.columns,
            needed=kind.needed,
            mapping=options.mapping,
        )
        context.unread = list(places.unread)
        context.columns = frozenset(places.at)
        ends, moments = LastRowWatch(table), MomentSamples(context)
        copy_sql = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(kind.copied))
        with connection.cursor() as cursor, cursor.copy(copy_sql) as copy:
            for line, cells in table.rows:
                row = Cells(places.at, cells)
                copy.write_row(_row(kind, line, row, context))
                count += 1
                ends.see(line, cells)
                if count <= SAMPLED:
                    moments.see(row)
                if count % TELL_EVERY == 0:
                    context.tell("reading", count, table.expected(count))
        context.last_row = ends.doubt(places.at.get("phone"))
        context.moments = moments.preview()
    context.tell("reading", count, count)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(kind.copied)))
    return count


def _row(kind: Kind, line: int, cells: Cells, context: Context) -> Sequence[Any]:
    try:
        reference, values = kind.read(cells, context)
    except BadCell as bad:
        nothing = (None,) * len(kind.staged)
        return (line, _called(cells), None, "bad", bad.why, bad.about, *nothing)
    digest = None
    if kind.has_digests:
        said = repr(values).encode()
        digest = hashlib.blake2b(said, digest_size=16).hexdigest()
    return (line, reference, digest, None, None, None, *values)


def _called(cells: Cells) -> str:
    """What a bad row can still be called by in the report; never its phone."""
    with suppress(BadCell):
        return cells.reference("member")
    return ""
