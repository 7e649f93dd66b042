"""Arrays as PostgreSQL reads them: for statements that take thousands of values.

The driver looks at each element for its type and for what must be quoted, which takes
longer than the statement needs for the row.
"""

from collections.abc import Iterable


def integers(values: Iterable[int | None]) -> str:
    """For a place that says `::bigint[]` or `::int[]`."""
    found = ",".join("NULL" if one is None else str(int(one)) for one in values)
    return f"{{{found}}}"


def texts(values: Iterable[str | None]) -> str:
    """For a place that says `::text[]`, or an array of what is written as text."""
    return f"{{{','.join('NULL' if one is None else _quoted(one) for one in values)}}}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
