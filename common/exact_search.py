"""The search of a long list: each field by its own index, never one after another.

Asked together (`member or reference`), fields of two tables are looked for in every
row; asked one at a time each is found at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from psycopg import sql

EXACTLY = "="
# One value after another, each the first behind the one before: as many steps through
# the index as there are values, however many rows.
VALUES = sql.SQL("""
WITH RECURSIVE known AS (
    SELECT min({column}::text) AS value FROM {table}
     UNION ALL
    SELECT (SELECT min(r.{column}::text) FROM {table} r
             WHERE r.{column}::text > known.value)
      FROM known WHERE known.value IS NOT NULL
)
SELECT value FROM known WHERE value IS NOT NULL
""")

type Behind = Mapping[str, tuple[str, ...]]


def is_exact(fields: Sequence[str]) -> bool:
    """Whether a list is searched by whole values alone."""
    return bool(fields) and all(name.startswith(EXACTLY) for name in fields)


def having[M: Model](rows: QuerySet[M], each: Iterable[Q], *, most: int) -> QuerySet[M]:
    """The rows for which one of these is so, each asked alone; of very many the
    newest.
    """
    found: set[Any] = set()
    for one in each:
        keys = rows.model._base_manager.filter(one).order_by("-pk")
        found.update(keys.values_list("pk", flat=True)[:most])
    if not found:
        return rows.filter(pk__in=())
    # Thousands of keys travel as one array, not as a parameter each.
    key = rows.model._meta.pk.rel_db_type(connection)
    keys_found = RawSQL(f"SELECT unnest(%s::{key}[])", [list(found)])  # noqa: S611 (its own)
    return rows.filter(pk__in=keys_found)


def conditions(
    model: type[Model], fields: Iterable[str], text: str, behind: Behind | None = None
) -> Iterator[Q]:
    """What to ask of each field, in whatever case it was typed; nothing of one that
    cannot hold it.

    `behind` says which columns stand before a field in its index.
    """
    for name in fields:
        path = name.removeprefix(EXACTLY)
        field = _field_at(model, path)
        try:
            values = {field.clean(typed, None) for typed in _cases(text)}
        except ValidationError:
            continue
        before = {
            f"{column}__in": values_of(model, column)
            for column in (behind or {}).get(path, ())
        }
        yield Q(**{f"{path}__in": sorted(values)}, **before)


def values_of(model: type[Model], column: str) -> list[str]:
    """The few values of a column: its choices, or what an index begins with."""
    field = model._meta.get_field(column)
    assert isinstance(field, Field)  # noqa: S101 (for the type)
    if field.choices:
        return [str(value) for value, _words in field.flatchoices]
    with connection.cursor() as cursor:
        cursor.execute(
            VALUES.format(
                table=sql.Identifier(model._meta.db_table),
                column=sql.Identifier(str(field.column)),
            )
        )
        return [value for (value,) in cursor.fetchall()]


def _cases(text: str) -> set[str]:
    return {text, text.upper(), text.lower()}


def _field_at(model: type[Model], path: str) -> Field[Any, Any]:
    *ways, last = path.split("__")
    for way in ways:
        there = model._meta.get_field(way).related_model
        assert isinstance(there, type)  # noqa: S101 (for the type: a path of keys)
        model = there
    found = model._meta.get_field(last)
    assert isinstance(found, Field)  # noqa: S101 (the same)
    return found
