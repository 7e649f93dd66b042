"""Lists a page at a time, by a cursor that nobody need understand."""

import base64
import re
from collections.abc import Sequence
from typing import Annotated, Final

from annotated_types import Ge, Le, MaxLen
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import P
from pydantic import BeforeValidator

from .problems import Invalid

MOST: Final = 200
USUAL: Final = 50
MARK: Final = re.compile(r"([a-z]{1,12}):([0-9]{1,19})")
LAST: Final = 2**63 - 1


def _whole(value: object) -> object:
    """A number of a query string: plain digits, not `1.0` or `1_0`."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
            raise ValueError("not a whole number")
        return int(value)
    return value


# Plain names, no `type` statements, and bounds of the number itself: Django Ninja finds
# no name for the one, and pydantic no JSON Schema for bounds around a validator.
Limit = Annotated[int, Ge(1), Le(MOST), BeforeValidator(_whole)]
Cursor = Annotated[str, MaxLen(80)] | None
# Told here too: beside what is annotated, the default of the view is lost.
LIMIT: Final = {**P(description="Items of a page."), "default": USUAL}
CURSOR: Final = P(description="`next_cursor` of the page before.")


def after(cursor: str | None, *, of: str) -> int | None:
    """Behind which row this page begins; None: at the beginning. Raises Invalid."""
    if cursor is None or cursor == "":
        return None
    refused = Invalid([("cursor", _("This cursor is not one of ours."))])
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded.encode(), altchars=b"-_", validate=True)
        mark = MARK.fullmatch(text.decode("ascii"))
    except ValueError as wrong:
        raise refused from wrong
    if mark is None or mark[1] != of or int(mark[2]) > LAST:
        raise refused
    return int(mark[2])


def cursor_of(row: int, *, of: str) -> str:
    """The cursor that begins behind a row."""
    return base64.urlsafe_b64encode(f"{of}:{row}".encode()).decode().rstrip("=")


def page[Row](
    rows: Sequence[Row], *, limit: int, of: str, last: int | None
) -> tuple[Sequence[Row], str | None]:
    """A page out of one row more than it holds, and the cursor of the next."""
    if len(rows) <= limit or last is None:
        return rows, None
    return rows[:limit], cursor_of(last, of=of)


def numbered_page[M: Model, Row](
    rows: QuerySet[M, Row], *, limit: int, cursor: str | None, of: str
) -> tuple[Sequence[Row], str | None]:
    """A page of a short list whose rows have no number of their own: the cursor counts
    them. Raises Invalid.
    """
    start = after(cursor, of=of) or 0
    found = list(rows[start : start + limit + 1])
    return page(found, limit=limit, of=of, last=start + limit)
