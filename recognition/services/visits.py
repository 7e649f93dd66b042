"""Noting visits, one by one and by the hundred thousand, and adding them up."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from recognition.errors import VisitNotedOtherwise, VisitRefused
from recognition.models import Visit
from recognition.models.visits import LARGEST_AMOUNT
from recognition.words import on_one_line

_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,19}")
MOST_PIECES = 2**31 - 1
NOTE = """
SELECT visit_id, is_new, agrees FROM recognition_note_visit(
  %s, %s, %s, %s, %s, %s, %s,
  %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[])
"""
ARRIVED = """
CREATE TEMP TABLE visits_arrived (
  member_id bigint, store_id bigint, at timestamptz, business_date date, amount bigint,
  source text, reference text) ON COMMIT DROP;
CREATE TEMP TABLE lines_arrived (
  source text, reference text, sku text, name text, category text, quantity int,
  amount bigint) ON COMMIT DROP
"""
# A reference given twice in one load is one visit: the first of them, with its lines.
KEEP = """
WITH noted AS (
  INSERT INTO recognition_visit
         (member_id, store_id, at, business_date, amount, source, reference)
  SELECT DISTINCT ON (a.source, a.reference) coalesce(m.merged_into_id, a.member_id),
         a.store_id, a.at, a.business_date, a.amount, a.source, a.reference
    FROM visits_arrived a LEFT JOIN members_member m ON m.id = a.member_id
   ORDER BY a.source, a.reference
  ON CONFLICT (source, reference) DO NOTHING
  RETURNING id, member_id, source, reference
), lines AS (
  INSERT INTO recognition_visitline (visit_id, sku, name, category, quantity, amount)
  SELECT n.id, l.sku, l.name, l.category, l.quantity, l.amount
    FROM noted n JOIN lines_arrived l USING (source, reference)
)
SELECT count(*), array_agg(DISTINCT member_id) FROM noted
"""
RANGE = """
SELECT recognition_summarise(array_agg(id)) FROM (
  SELECT member_id AS id FROM recognition_visitsummary
   WHERE member_id BETWEEN %(first)s AND %(last)s
  UNION
  SELECT member_id FROM recognition_visit WHERE member_id BETWEEN %(first)s AND %(last)s
) m
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line of a bill; `amount` in minor units for all of its pieces."""

    sku: str
    name: str
    category: str = ""
    quantity: int = 1
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A visit as an import or the demo brings it."""

    member_id: int
    store_id: int
    at: datetime
    business_date: date
    amount: int
    source: str
    reference: str
    lines: Sequence[SoldLine] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many visits were new, and how many were noted before."""

    new: int
    known: int


def note_visit(
    *,
    member_id: int,
    store_id: int,
    at: datetime,
    business_date: date,
    amount: int,
    lines: Sequence[SoldLine],
    source: str,
    reference: str,
) -> int:
    """A step, and one statement: a member came, once for each source and reference.

    The visit's id. Raises VisitRefused, VisitNotedOtherwise.
    """
    _check(source, reference, amount)
    kept = [_fit(line) for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            [
                member_id,
                store_id,
                at,
                business_date,
                amount,
                source,
                reference,
                [line.sku for line in kept],
                [line.name for line in kept],
                [line.category for line in kept],
                [line.quantity for line in kept],
                [line.amount for line in kept],
            ],
        )
        visit_id, _is_new, agrees = cursor.fetchone()
    if not agrees:
        raise VisitNotedOtherwise
    return int(visit_id)


@transaction.atomic(savepoint=False)
def void_visit(*, source: str, reference: str, at: datetime) -> bool:
    """A step: the bill was voided, so nobody came; whether there was such a visit."""
    noted: QuerySet[Visit] = Visit.objects.filter(source=source, reference=reference)
    if noted.filter(voided_at=None).update(voided_at=at):
        _summarise(list(noted.values_list("member_id", flat=True)))
        return True
    return noted.exists()


@transaction.atomic(savepoint=False)
def load_visits(
    *, rows: Iterable[VisitRow], lines: tuple[str, Mapping[str, int]] | None = None
) -> Loaded:
    """A step: note very many visits at once; those noted before stay as they are.

    A reference is one visit, also within the load. Where very many lines stand in the
    database already, `lines` is the query for them (source, reference and then as
    SoldLine has it), and they are not fetched to be sent back. Raises VisitRefused.
    """
    sold_lines: list[tuple[object, ...]] = []
    arrived = 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS visits_arrived, lines_arrived")
        for statement in ARRIVED.split(";"):
            cursor.execute(statement)
        with cursor.copy("COPY visits_arrived FROM STDIN") as visits:
            for row in rows:
                _check(row.source, row.reference, row.amount)
                arrived += 1
                visits.write_row(
                    (
                        row.member_id,
                        row.store_id,
                        row.at,
                        row.business_date,
                        row.amount,
                        row.source,
                        row.reference,
                    )
                )
                for line in map(_fit, row.lines):
                    sold_lines.append(
                        (
                            row.source,
                            row.reference,
                            line.sku,
                            line.name,
                            line.category,
                            line.quantity,
                            line.amount,
                        )
                    )
        with cursor.copy("COPY lines_arrived FROM STDIN") as sold:
            for line_row in sold_lines:
                sold.write_row(line_row)
        if lines is not None:
            query, facts = lines
            cursor.execute(f"INSERT INTO lines_arrived {query}", facts)
        cursor.execute("ANALYZE visits_arrived, lines_arrived")
        cursor.execute(KEEP)
        new, members = cursor.fetchone()
        cursor.execute("DROP TABLE visits_arrived, lines_arrived")
    _summarise(members or [])
    return Loaded(new=new, known=arrived - new)


def refresh_summaries(*, first_member: int, last_member: int) -> int:
    """Add up again the visits of a range of members; how many rows were not right."""
    with connection.cursor() as cursor:
        cursor.execute(RANGE, {"first": first_member, "last": last_member})
        return int(cursor.fetchone()[0] or 0)


def _summarise(member_ids: Sequence[int]) -> None:
    if member_ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT recognition_summarise(%s)", [list(member_ids)])


def _check(source: str, reference: str, amount: int) -> None:
    if (
        not _SOURCE.fullmatch(source)
        or not 0 < len(reference) <= 100
        or not reference.isprintable()
        or not 0 <= amount <= LARGEST_AMOUNT
    ):
        raise VisitRefused


def _fit(line: SoldLine) -> SoldLine:
    """What a till calls its items is cut to its place; amounts must be right."""
    sku = on_one_line(line.sku, most=64)
    name = on_one_line(line.name, most=120) or sku
    if (
        not sku
        or not 0 < line.quantity <= MOST_PIECES
        or not 0 <= line.amount <= LARGEST_AMOUNT
    ):
        raise VisitRefused
    category = on_one_line(line.category, most=60)
    return SoldLine(
        sku=sku,
        name=name,
        category=category,
        quantity=line.quantity,
        amount=line.amount,
    )
