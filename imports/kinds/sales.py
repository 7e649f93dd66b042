"""Sales history: visits of members, who are made by their reference where missing."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP
from itertools import groupby
from typing import Any, Final

from imports.values import LARGEST, NOON, BadCell
from points import services as points_services
from points.earning import Bought, Tender
from recognition import services as recognition_services
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Store

from .base import Cells, Context, Pieces, rows, run
from .bills import FATES, TABLE, gather, preview
from .people import find_members, make_missing_members, read_person

VISITS_OF: Final = "import"
LONGEST_ITEM: Final = 120
LONGEST_CODE: Final = 64
LONGEST_CATEGORY: Final = 60
LONGEST_TILL: Final = 40
PIECE: Final = 20_000
# What the rows of one bill have in common; the rest is of each line.
HEAD: Final = ("member", "phone", "date", "store", "till", "bill")
ITEM: Final = ("item", "item_code", "category")

# Purchases without a bill number are told apart by their place among those of the same
# customer and day, in an order that does not hang on the order of the file.
NUMBER: Final = """
WITH told AS (
  SELECT key, row_number() OVER (
           PARTITION BY customer, day ORDER BY at, amount, store_id, line) AS n
    FROM imports_staged WHERE fate IS NULL AND bill = ''
)
UPDATE imports_staged s SET nth = told.n FROM told WHERE told.key = s.key
"""
# Named by the number of the customer's reference, not by the reference: a visit
# outlives the erasing of its member.
NAME: Final = """
UPDATE imports_staged
   SET visit = %(source)s || ':' || ref_id || ':' || day || ':' || nth
 WHERE bill = '' AND ref_id IS NOT NULL AND visit IS NULL
   AND fate IS DISTINCT FROM 'bad'
"""
# A bill number is unique within these, and begins anew outside of them.
BILLS: Final = """
UPDATE imports_staged
   SET visit = %(source)s || ':' || store_id || ':' || business_date || ':' ||
               CASE WHEN till = '' AND bill ~ '^[!-~]{1,50}$' THEN '#' || bill
                    ELSE md5(till || E'\\x1f' || bill) END,
       former_visit = CASE WHEN length(bill) <= 70 THEN %(source)s || ':#' || bill
                           ELSE %(source)s || ':#' || md5(bill) END
 WHERE fate IS NULL AND bill <> ''
"""
# Brought while bill numbers were unique for ever, a visit is known by its former name.
JUDGE: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN v.amount IS NULL THEN 'new'
                   WHEN (v.amount, v.business_date, v.member_id)
                        IS NOT DISTINCT FROM (s.amount, s.business_date, s.member_id)
                   THEN 'same' ELSE 'bad' END,
       why = CASE WHEN (v.amount, v.business_date, v.member_id)
                       IS DISTINCT FROM (s.amount, s.business_date, s.member_id)
                   AND v.amount IS NOT NULL
                  THEN CASE WHEN s.bill = '' THEN 'sale_differs'
                            ELSE 'bill_differs' END END
  FROM (SELECT t.key, coalesce(n.amount, f.amount) AS amount,
               coalesce(n.business_date, f.business_date) AS business_date,
               coalesce(n.member_id, f.member_id) AS member_id
          FROM imports_staged t
          LEFT JOIN recognition_visit n ON n.source = 'import' AND n.reference = t.visit
          LEFT JOIN recognition_visit f
            ON f.source = 'import' AND f.reference = t.former_visit
           AND f.store_id = t.store_id AND f.business_date = t.business_date) v
 WHERE v.key = s.key AND s.fate IS NULL
"""
NEW: Final = """
SELECT member_id, store_id, at, business_date, amount, visit, place
  FROM imports_staged
 WHERE fate = 'new' AND place > %(after)s
 ORDER BY place LIMIT %(piece)s
"""
# A member's visits stand together, so that each is added up once or twice, not often.
ORDER: Final = """
WITH told AS (
  SELECT key, row_number() OVER (ORDER BY member_id, at, line) AS place
    FROM imports_staged WHERE fate = 'new'
)
UPDATE imports_staged s SET place = told.place FROM told WHERE told.key = s.key
"""
# What was sold, in the order in which the bills are written.
SOLD: Final = """
CREATE TEMP TABLE imports_sold ON COMMIT DROP AS
SELECT s.place, s.visit, l.line, l.code, l.item, l.category, l.quantity, l.amount
  FROM imports_lines l JOIN imports_staged s USING (key)
 WHERE s.place IS NOT NULL AND l.fate IS NULL AND l.item <> ''
   AND l.quantity > 0 AND coalesce(l.amount, 0) >= 0
 ORDER BY s.place, l.line
"""
LINES: Final = """
SELECT 'import', visit, code, item, category, quantity, coalesce(amount, 0)
  FROM imports_sold WHERE place BETWEEN %(first)s AND %(last)s ORDER BY place, line
"""
EARNING: Final = """
SELECT place, category, coalesce(amount, 0)
  FROM imports_sold WHERE place BETWEEN %(first)s AND %(last)s ORDER BY place, line
"""


class Sales:
    """A row is a bill, or a line of one: rows of one bill need not stand together."""

    word = "sales"
    columns = (
        "member",
        "phone",
        "date",
        "amount",
        "quantity",
        "store",
        "till",
        "bill",
        "item",
        "item_code",
        "category",
        "unit_price",
        "bill_total",
    )
    needed = (("member", "phone"), ("date",), ("amount", "unit_price", "bill_total"))
    copied = "imports_lines"
    staged = (
        "customer text",
        "phone text",
        "at timestamptz",
        "day date",
        "business_date date",
        "store_id bigint",
        "till text",
        "bill text",
        "key uuid",
        "amount bigint",
        "total bigint",
        "quantity bigint",
        "code text",
        "item text",
        "category text",
    )
    fates = FATES
    has_digests = False

    def prepare(self, context: Context) -> None:
        """Nothing besides the stores, which are known."""

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A bill or a line of one; the day is the store's business day.

        Raises BadCell.
        """
        head, key = _head(cells, context)
        amounts = _amounts(cells, context)
        code = cells.text("item_code", LONGEST_CODE)
        item = cells.text("item", LONGEST_ITEM) or code
        category = cells.text("category", LONGEST_CATEGORY)
        return head[-1], (*head, key, *amounts, code or item[:64], item, category)

    def tables(self) -> Sequence[str]:
        """The bills that the lines are put together to."""
        return (TABLE,)

    def judge(self, context: Context) -> None:
        """A bill said twice, a sale known already, or a new one."""
        gather(context, largest=LARGEST, is_of_lines=is_of_lines(context))
        run(NUMBER)
        run(BILLS, source=context.source)
        find_members(context)
        run(NAME, source=context.source)
        run(JUDGE)

    def preview(self, context: Context) -> dict[str, Any]:
        """How many bills of how many members, and three of them."""
        return preview(context, is_of_lines=is_of_lines(context))

    def write(self, context: Context) -> None:
        """Members first, then their visits, then what adds them up."""
        make_missing_members(context)
        run(NAME, source=context.source)
        run(ORDER)
        run("CREATE INDEX ON imports_staged (place) WHERE place IS NOT NULL")
        run("DROP TABLE IF EXISTS pg_temp.imports_sold")
        run(SOLD)
        run("CREATE INDEX ON imports_sold (place)")
        done = 0
        for piece in Pieces(NEW, {}, PIECE):
            ends = {"first": piece[0][-1], "last": piece[-1][-1]}
            recognition_services.load_visits(rows=_visits(piece), lines=(LINES, ends))
            if context.options.points:
                bought = _bought(**ends)
                for row in piece:
                    _earn(row, bought.get(row[-1], []), context)
            done += len(piece)
            context.tell("writing", done, None)


def is_of_lines(context: Context) -> bool:
    """Whether a row is a line of a bill: as it was said, else where items are named."""
    if context.options.rows:
        return context.options.rows == "lines"
    return any(word in context.columns for word in ITEM)


def _head(cells: Cells, context: Context) -> tuple[tuple[Any, ...], str]:
    """What the bill of a row is, and the key that its rows have in common.

    The rows of a bill mostly stand together, so the last one is remembered.
    """
    written = tuple(cells[word] for word in HEAD)
    last = context.known.setdefault("bill", {"rows": 0})
    if last.get("written") != written:
        head, has_hour = _read_head(cells, context)
        last.update(
            written=written, head=head, key=_key(head, context, has_hour=has_hour)
        )
    if last["key"]:
        return last["head"], last["key"]
    last["rows"] += 1
    return last["head"], f"{last['rows']:032x}"


def _read_head(cells: Cells, context: Context) -> tuple[tuple[Any, ...], bool]:
    """Whose, when, where and under which number; whether it says the hour.

    Raises BadCell.
    """
    customer, phone = read_person(cells, context)
    store = cells.store("store", context)
    if store is None:
        raise BadCell("needs_store", "store")
    at, day = _moment(cells, store, context)
    if at > context.at:
        raise BadCell("in_the_future", "date")
    till, bill = cells.text("till", LONGEST_TILL), cells.reference("bill")
    business_date = stores_selectors.business_date(store, at)
    has_hour = at.astimezone(store.zone).time() not in (time(0), NOON)
    return (customer, phone, at, day, business_date, store.pk, till, bill), has_hour


def _key(head: tuple[Any, ...], context: Context, *, has_hour: bool) -> str:
    """By a number: store, business date, till and number. Without one: member, store
    and moment. Empty where only the day is known, and each row is a bill.
    """
    customer, _phone, at, _day, business_date, store_id, till, bill = head
    if bill:
        parts: tuple[Any, ...] = ("bill", store_id, business_date, till, bill)
    elif has_hour or is_of_lines(context):
        parts = ("moment", customer, store_id, at)
    else:
        return ""
    text = "\x1f".join(map(str, parts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _amounts(cells: Cells, context: Context) -> tuple[int | None, int | None, int]:
    """The amount of the row, the total of its bill, and how many pieces were sold.

    In a file of lines what was given back or taken off stands below zero, and a weight
    is one piece. Raises BadCell.
    """
    reader, lines = context.reader, is_of_lines(context)
    amount = reader.amount(cells["amount"], "amount", signed=lines)
    total = reader.amount(cells["bill_total"], "bill_total")
    pieces = reader.quantity(cells["quantity"], "quantity", signed=lines)
    if amount is None:
        each = reader.amount(cells["unit_price"], "unit_price", signed=lines)
        if each is not None:
            amount = int((each * pieces).to_integral_value(ROUND_HALF_UP))
    if amount is None and total is None:
        raise BadCell("empty", "amount")
    whole = pieces == pieces.to_integral_value()
    if not whole and not lines:
        raise BadCell("not_whole", "quantity")
    return amount, total, int(pieces) if whole else 1


def _bought(first: int, last: int) -> dict[int, list[Bought]]:
    """What was on each of a range of bills."""
    found = rows(EARNING, first=first, last=last)
    return {
        place: [Bought(amount=amount, category=name) for _place, name, amount in lines]
        for place, lines in groupby(found, key=lambda row: row[0])
    }


def _visits(
    bills: Sequence[tuple[Any, ...]],
) -> Iterator[recognition_services.VisitRow]:
    for member_id, store_id, at, day, amount, visit, _place in bills:
        yield recognition_services.VisitRow(
            member_id=member_id,
            store_id=store_id,
            at=at,
            business_date=day,
            amount=amount,
            source=VISITS_OF,
            reference=visit,
        )


def _earn(row: tuple[Any, ...], bought: list[Bought], context: Context) -> None:
    """The points of one sale, by the rules of its day and with the caps of today."""
    member_id, store_id, at, day, amount, visit, _place = row
    if not amount:
        return
    store = next(one for one in context.stores.values() if one.pk == store_id)
    if sum(line.amount for line in bought) != amount:
        bought = [Bought(amount=amount)]
    points_services.accrue_step(
        member_id=member_id,
        lines=bought,
        paid={Tender.MONEY: amount},
        by=stores_services.act(
            task="import",
            at=context.at,
            store=store,
            request_id=context.by.request_id,
        ),
        at=context.at,
        key=f"import:visit:{visit}",
        reference=visit,
        sold_at=at,
        sold_on=day,
    )


def _moment(cells: Cells, store: Store, context: Context) -> tuple[datetime, date]:
    """When it was, and the day that the file gives for it."""
    at = context.reader_at(store).moment(cells["date"], "date")
    if at is None:
        raise BadCell("empty", "date")
    return at, at.astimezone(store.zone).date()
