"""Sales history: visits of members, who are made by their reference where missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from imports.values import LARGEST_COUNT, BadCell
from points import services as points_services
from points.earning import Bought, Tender
from recognition import services as recognition_services
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Store

from .base import REPEATED, Cells, Context, Pieces, run
from .people import PERSON, find_members, make_missing_members, read_person

VISITS_OF: Final = "import"
LONGEST_ITEM: Final = 120

# Purchases without a bill number are told apart by their place among those of the same
# customer and day, in an order that does not hang on the order of the file.
NUMBER: Final = """
WITH told AS (
  SELECT line, row_number() OVER (
           PARTITION BY customer, day
           ORDER BY at, amount, quantity, item, store_id, line
         ) AS n
    FROM imports_staged WHERE fate IS NULL AND bill = ''
)
UPDATE imports_staged s SET nth = told.n FROM told WHERE told.line = s.line
"""
# Named by the number of the customer's reference, not by the reference: a visit
# outlives the erasing of its member.
NAME: Final = """
UPDATE imports_staged
   SET visit = %(source)s || ':' || ref_id || ':' || day || ':' || nth
 WHERE bill = '' AND ref_id IS NOT NULL AND visit IS NULL
   AND fate IS DISTINCT FROM 'bad'
"""
BILLS: Final = """
UPDATE imports_staged
   SET visit = CASE WHEN length(bill) <= 70 THEN %(source)s || ':#' || bill
                    ELSE %(source)s || ':#' || md5(bill) END
 WHERE fate IS NULL AND bill <> ''
"""
JUDGE: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN v.id IS NULL THEN 'new'
                   WHEN v.amount = s.amount AND v.business_date = s.business_date
                        AND v.member_id = s.member_id THEN 'same'
                   ELSE 'bad' END,
       why = CASE WHEN v.id IS NOT NULL
                   AND (v.amount, v.business_date, v.member_id)
                       IS DISTINCT FROM (s.amount, s.business_date, s.member_id)
                  THEN 'sale_differs' END
  FROM imports_staged t
  LEFT JOIN recognition_visit v ON v.source = 'import' AND v.reference = t.visit
 WHERE t.line = s.line AND s.fate IS NULL
"""
NEW: Final = """
SELECT member_id, store_id, at, business_date, amount, visit, quantity, item, place
  FROM imports_staged
 WHERE fate = 'new' AND place > %(after)s
 ORDER BY place LIMIT %(piece)s
"""
# A member's visits stand together, so that each is added up once or twice, not often.
ORDER: Final = """
WITH told AS (
  SELECT line, row_number() OVER (ORDER BY member_id, at, line) AS place
    FROM imports_staged WHERE fate = 'new'
)
UPDATE imports_staged s SET place = told.place FROM told WHERE told.line = s.line
"""


class Sales:
    """A row is one purchase: two of the same customer on one day are two."""

    word = "sales"
    columns = (
        "member",
        "phone",
        "date",
        "amount",
        "quantity",
        "store",
        "bill",
        "item",
    )
    needed = (("member", "phone"), ("date",), ("amount",))
    staged = (
        *PERSON,
        "at timestamptz",
        "day date",
        "business_date date",
        "amount bigint",
        "quantity bigint",
        "item text",
        "store_id bigint",
        "bill text",
        "visit text",
        "nth bigint",
        "place bigint",
    )

    def prepare(self, context: Context) -> None:
        """Nothing besides the stores, which are known."""

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A purchase; the day is the store's business day. Raises BadCell."""
        customer, phone = read_person(cells, context)
        store = cells.store("store", context)
        if store is None:
            raise BadCell("needs_store", "store")
        at, day = _moment(cells, store, context)
        if at > context.at:
            raise BadCell("in_the_future", "date")
        amount = context.reader.amount(cells["amount"], "amount")
        if amount is None:
            raise BadCell("empty", "amount")
        quantity = context.reader.count(cells["quantity"], "quantity", LARGEST_COUNT)
        bill = cells.reference("bill")
        return bill, (
            *(customer, phone, at, None, None),
            at,
            day,
            stores_selectors.business_date(store, at),
            amount,
            1 if quantity is None else quantity,
            cells.text("item", LONGEST_ITEM),
            store.pk,
            bill,
            *(None, None, None),
        )

    def tables(self) -> Sequence[str]:
        """None besides the staged rows."""
        return ()

    def judge(self, context: Context) -> None:
        """A bill said twice, a sale known already, or a new one."""
        run(REPEATED)
        run(NUMBER, source=context.source)
        run(BILLS, source=context.source)
        find_members(context)
        run(NAME, source=context.source)
        run(JUDGE)

    def write(self, context: Context) -> None:
        """Members first, then their visits, then what adds them up."""
        make_missing_members(context)
        run(NAME, source=context.source)
        run(ORDER)
        run("CREATE INDEX ON imports_staged (place) WHERE place IS NOT NULL")
        done = 0
        for piece in Pieces(NEW, {}, 20_000):
            recognition_services.load_visits(
                rows=[
                    recognition_services.VisitRow(
                        member_id=member_id,
                        store_id=store_id,
                        at=at,
                        business_date=day,
                        amount=amount,
                        source=VISITS_OF,
                        reference=visit,
                        lines=_lines(item, quantity, amount),
                    )
                    for (
                        member_id,
                        store_id,
                        at,
                        day,
                        amount,
                        visit,
                        quantity,
                        item,
                        _place,
                    ) in piece
                ]
            )
            if context.options.points:
                for row in piece:
                    _earn(row, context)
            done += len(piece)
            context.tell("writing", done, None)


def _earn(row: tuple[Any, ...], context: Context) -> None:
    """The points of one sale, by the rules of its day and with the caps of today."""
    member_id, store_id, at, day, amount, visit, *_rest = row
    if not amount:
        return
    store = next(one for one in context.stores.values() if one.pk == store_id)
    points_services.accrue_step(
        member_id=member_id,
        lines=[Bought(amount=amount)],
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
    reader = context.reader
    if reader.zone != store.zone:
        reader = replace(reader, zone=store.zone)
    at = reader.moment(cells["date"], "date")
    if at is None:
        raise BadCell("empty", "date")
    return at, at.astimezone(store.zone).date()


def _lines(
    item: str, quantity: int, amount: int
) -> list[recognition_services.SoldLine]:
    if not item or quantity < 1:
        return []
    return [
        recognition_services.SoldLine(
            sku=item[:64], name=item, quantity=quantity, amount=amount
        )
    ]
