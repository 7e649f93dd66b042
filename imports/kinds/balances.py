"""Opening balances on their own: several rows for one member are several lots."""

from collections.abc import Sequence
from typing import Any, Final

from .base import Cells, Context, RowKind, run
from .lots import HOLDING_COLUMNS, HOLDINGS, TABLE, judge_lots, read_lots
from .people import (
    PERSON,
    find_members,
    make_missing_members,
    read_person,
    refuse_unknown,
)
from .posting import post_lots

JUDGE: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN EXISTS (SELECT FROM imports_lots l
                                 WHERE l.line = s.line AND l.fate = 'new')
                   THEN 'new' ELSE 'same' END
 WHERE fate IS NULL
"""


class Balances(RowKind):
    """A row is what one member holds; points of another end are another row."""

    word = "balances"
    columns = ("member", "phone", *HOLDING_COLUMNS)
    needed = (("member", "phone"), ("principal", "bonus", "points", "growth"))
    staged = (*PERSON, *HOLDINGS)

    def prepare(self, context: Context) -> None:
        """Nothing besides the stores, which are known."""

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A member and what they hold. Raises BadCell."""
        customer, phone = read_person(cells, context)
        lots = read_lots(cells, context)
        return customer, (customer, phone, context.at, None, None, *lots)

    def tables(self) -> Sequence[str]:
        """The lots that the rows speak of."""
        return (TABLE,)

    def judge(self, context: Context) -> None:
        """Whose it is, and whether it was brought before."""
        find_members(context)
        refuse_unknown()
        judge_lots(context)
        run(JUDGE)

    def write(self, context: Context) -> None:
        """A reference for who has none from this source, then what they hold."""
        make_missing_members(context)
        post_lots(context)
