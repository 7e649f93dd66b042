"""Opening balances: what each row says that its member holds, as lots of the books."""

from datetime import datetime
from typing import Any, Final

from imports.values import BadCell

from .base import Cells, Context, run

# In the order of `read_lots`; each kind of holding with its end.
HOLDINGS: Final = (
    "principal bigint",
    "bonus bigint",
    "bonus_expires timestamptz",
    "points bigint",
    "points_expires timestamptz",
    "growth bigint",
    "growth_expires timestamptz",
)
HOLDING_COLUMNS: Final = tuple(column.split()[0] for column in HOLDINGS)
TABLE: Final = """
CREATE TEMP TABLE imports_lots (
  id bigint GENERATED ALWAYS AS IDENTITY, line bigint, customer text, ref_id bigint,
  member_id bigint, kind text, amount bigint, expires_at timestamptz, known_id bigint,
  fate text, why text, about text
) ON COMMIT DROP
"""
FILL: Final = """
INSERT INTO imports_lots (line, customer, ref_id, member_id, kind, amount, expires_at)
SELECT s.line, s.customer, s.ref_id, s.member_id, l.kind, l.amount, l.expires_at
  FROM imports_staged s CROSS JOIN LATERAL (VALUES
    ('principal', s.principal, NULL::timestamptz),
    ('bonus', s.bonus, s.bonus_expires),
    ('points', s.points, s.points_expires),
    ('growth', s.growth, s.growth_expires)
  ) l(kind, amount, expires_at)
 WHERE l.amount > 0 AND s.fate IS NULL
 ORDER BY s.line, l.kind
"""
# Two of a kind with one end could be two lots, or one said twice: nobody guesses.
TWICE: Final = """
WITH told AS (
  SELECT id, line, first_value(line) OVER same AS first_line
    FROM imports_lots
  WINDOW same AS (PARTITION BY customer, kind, expires_at ORDER BY id)
)
UPDATE imports_lots l SET fate = 'bad', why = 'lot_twice', about = told.first_line::text
  FROM told WHERE told.id = l.id AND told.line > told.first_line
"""
# A lot is known by its owner, its kind and its end.
KNOWN: Final = """
UPDATE imports_lots l
   SET known_id = b.id,
       fate = CASE WHEN (b.brought->>'amount')::bigint = l.amount THEN 'same'
                   ELSE 'bad' END,
       why = CASE WHEN (b.brought->>'amount')::bigint <> l.amount
                  THEN 'balance_differs' END
  FROM imports_externalref b
 WHERE b.source = %(source)s AND b.kind = 'balance'
   AND b.reference = l.ref_id || ':' || l.kind || ':'
       || coalesce(extract(epoch FROM l.expires_at)::bigint::text, '')
   AND l.ref_id IS NOT NULL AND l.fate IS NULL
"""
# What was brought once is not brought again in other portions.
BROUGHT: Final = """
UPDATE imports_lots l SET fate = 'bad', why = 'balance_was_brought'
 WHERE l.fate IS NULL AND l.ref_id IS NOT NULL
   AND EXISTS (
     SELECT FROM imports_externalref b
      WHERE b.member_id = l.member_id AND b.kind = 'balance'
        AND b.source = %(source)s AND b.object_id = l.ref_id
        AND split_part(b.reference, ':', 2) = l.kind)
"""
NEW: Final = "UPDATE imports_lots SET fate = 'new' WHERE fate IS NULL"
# A row is bad for one bad lot of it.
TELL: Final = """
UPDATE imports_staged s SET fate = 'bad', why = l.why, about = coalesce(l.about, l.kind)
  FROM (SELECT DISTINCT ON (line) line, why, kind, about FROM imports_lots
         WHERE fate = 'bad' ORDER BY line, id) l
 WHERE l.line = s.line
"""


def read_lots(cells: Cells, context: Context) -> tuple[Any, ...]:
    """What the row says is held, in the order of HOLDINGS. Raises BadCell."""
    reader = context.reader
    principal = reader.amount(cells["principal"], "principal")
    bonus = reader.amount(cells["bonus"], "bonus")
    points = reader.count(cells["points"], "points")
    growth = reader.count(cells["growth"], "growth")
    return (
        principal,
        bonus,
        _end(bonus, cells, "bonus_expires", context),
        points,
        _end(points, cells, "points_expires", context),
        growth,
        _end(growth, cells, "growth_expires", context),
    )


def _end(
    held: int | None, cells: Cells, word: str, context: Context
) -> datetime | None:
    """The end of what is held, which must lie ahead; nothing held has no end."""
    if not held:
        return None
    end = context.reader.end_of(cells[word], word)
    if end is not None and end <= context.at:
        raise BadCell("expired", word)
    return end


def judge_lots(context: Context) -> None:
    """Which lots are new, which were brought before; a row is bad for one bad lot."""
    run(FILL)
    run("ANALYZE imports_lots")
    run(TWICE)
    run(KNOWN, source=context.source)
    run(BROUGHT, source=context.source)
    run(NEW)
    run(TELL)
