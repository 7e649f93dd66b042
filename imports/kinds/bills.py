"""The rows of a sales file put together to bills, by SQL alone."""

from typing import Any, Final

from members.phones import masked

from .base import Context, rows, run

SHOWN: Final = 3  # examples of bills on the first screen of a dry run
# One row a bill: what finds members and makes them works on bills, not on lines.
TABLE: Final = """
CREATE TEMP TABLE imports_staged (
  line bigint, reference text, fate text, why text, about text,
  customer text, phone text, joined timestamptz, member_id bigint, ref_id bigint,
  at timestamptz, day date, business_date date, amount bigint, parts bigint,
  line_count bigint, store_id bigint, till text, bill text, key uuid,
  is_contradictory boolean, visit text, former_visit text, nth bigint, place bigint
) ON COMMIT DROP
"""
# What was paid is the total of the bill where the file has one, else what its lines
# add up to. A bill whose rows disagree on a fact of the bill is looked at once more.
GATHER: Final = """
INSERT INTO imports_staged
       (line, reference, customer, phone, joined, at, day, business_date, amount, parts,
        line_count, store_id, till, bill, key, is_contradictory)
SELECT min(line), min(bill), min(customer), min(phone), min(at), min(at), min(day),
       min(business_date), coalesce(min(total), sum(amount)), sum(amount), count(*),
       min(store_id), min(till), min(bill), key,
       CASE WHEN %(lines)s
            THEN coalesce(min(customer) <> max(customer) OR min(phone) <> max(phone)
                          OR min(total) <> max(total), false)
            ELSE count(*) > 1 AND min(bill) <> '' END
  FROM imports_lines
 WHERE fate IS NULL AND (NOT %(again)s OR key = ANY (%(keys)s::uuid[]))
 GROUP BY key
"""
TAKE_APART: Final = """
DELETE FROM imports_staged WHERE is_contradictory RETURNING key::text
"""
# Rows of one bill that are lines of it may differ in all but the facts of the bill.
CONTRADICTIONS: Final = """
WITH told AS (
  SELECT line, total, first_value(line) OVER same AS first_line,
         coalesce(customer <> first_value(customer) OVER same, false)
           OR coalesce(phone <> first_value(phone) OVER
                (same_bill ORDER BY phone IS NULL, line), false) AS is_of_another,
         first_value(total) OVER
           (same_bill ORDER BY total IS NULL, line) AS first_total,
         first_value(line) OVER (same_bill ORDER BY total IS NULL, line) AS total_line
    FROM imports_lines WHERE fate IS NULL AND key = ANY (%(keys)s::uuid[])
  WINDOW same_bill AS (PARTITION BY key), same AS (PARTITION BY key ORDER BY line)
)
UPDATE imports_lines l
   SET fate = 'bad',
       why = CASE WHEN told.is_of_another THEN 'bill_of_another'
                  ELSE 'bill_totals' END,
       about = CASE WHEN told.is_of_another THEN told.first_line
                    ELSE told.total_line END::text
  FROM told
 WHERE told.line = l.line
   AND (told.is_of_another OR told.total <> told.first_total)
"""
# Where a row is a whole bill, the same again is passed over; all else is bad.
REPEATED: Final = """
WITH told AS (
  SELECT line, first_value(line) OVER same AS first_line,
         (customer, phone, at, amount, total, quantity, code, item, category)
           IS NOT DISTINCT FROM
         (first_value(customer) OVER same, first_value(phone) OVER same,
          first_value(at) OVER same, first_value(amount) OVER same,
          first_value(total) OVER same, first_value(quantity) OVER same,
          first_value(code) OVER same, first_value(item) OVER same,
          first_value(category) OVER same) AS is_same
    FROM imports_lines WHERE fate IS NULL AND key = ANY (%(keys)s::uuid[])
  WINDOW same AS (PARTITION BY key ORDER BY line)
)
UPDATE imports_lines l
   SET fate = CASE WHEN told.is_same THEN 'duplicate' ELSE 'bad' END,
       why = CASE WHEN told.is_same THEN 'repeated' ELSE 'bill_otherwise' END,
       about = told.first_line::text
  FROM told WHERE told.line = l.line AND told.line > told.first_line
"""
OUT_OF_BOUNDS: Final = """
UPDATE imports_staged
   SET fate = 'bad', about = 'amount',
       why = CASE WHEN amount < 0 THEN 'bill_below_zero' ELSE 'too_large' END
 WHERE fate IS NULL AND (amount < 0 OR amount > %(largest)s)
"""
# The fate of a row is that of its bill, unless it has one of its own.
FATES: Final = """
SELECT l.line, l.reference, coalesce(l.fate, b.fate) AS fate,
       CASE WHEN l.fate IS NULL THEN b.why ELSE l.why END AS why,
       CASE WHEN l.fate IS NULL THEN b.about ELSE l.about END AS about
  FROM imports_lines l LEFT JOIN imports_staged b ON b.key = l.key
"""
SUMS: Final = """
SELECT count(*), count(*) FILTER (WHERE parts <> amount AND %(lines)s)
  FROM imports_staged WHERE fate IS DISTINCT FROM 'bad'
"""
MEMBERS: Final = """
SELECT count(*) FROM (SELECT FROM imports_staged WHERE fate IS DISTINCT FROM 'bad'
                       GROUP BY customer) m
"""
EXAMPLES: Final = """
SELECT bill, at, store_id, customer, phone, line_count, amount FROM imports_staged
 WHERE fate IS DISTINCT FROM 'bad' ORDER BY line LIMIT %(shown)s
"""


def gather(context: Context, *, largest: int, is_of_lines: bool) -> None:
    """One staged row for each bill, from the lines that were copied."""
    run(GATHER, lines=is_of_lines, again=False, keys=[])
    keys = [key for (key,) in rows(TAKE_APART)]
    if keys:
        run(CONTRADICTIONS if is_of_lines else REPEATED, keys=keys)
        run(GATHER, lines=is_of_lines, again=True, keys=keys)
    run(OUT_OF_BOUNDS, largest=largest)
    run("ANALYZE imports_staged")


def preview(context: Context, *, is_of_lines: bool) -> dict[str, Any]:
    """How many bills and members there are, and the first bills as they were read."""
    ((bills, other_sums),) = rows(SUMS, lines=is_of_lines)
    ((members,),) = rows(MEMBERS)
    stores = {store.pk: store for store in context.stores.values()}
    return {
        "bills": bills,
        "members": members,
        "other_sums": other_sums,
        "is_of_lines": is_of_lines,
        "examples": [
            {
                "bill": bill,
                "at": at.astimezone(stores[store_id].zone).isoformat(),
                "store": stores[store_id].code,
                "member": "" if customer == phone else customer,
                "phone": masked(phone) if phone else "",
                "lines": line_count,
                "amount": amount,
            }
            for bill, at, store_id, customer, phone, line_count, amount in rows(
                EXAMPLES, shown=SHOWN
            )
        ],
    }
