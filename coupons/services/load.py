"""Many coupons at once, as members brought them along from another system."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Final

from django.db import connection, transaction

from coupons import codes
from coupons.errors import TemplateEnded
from coupons.kinds import Source
from coupons.models import CouponIssue, TemplateVersion
from ledger.services import Act
from stores import services as stores_services

from .issue import begin, issuable, period

CHUNK: Final = 5_000
ADD: Final = """
INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses,
  uses_left, valid_from, valid_until)
SELECT c.version, c.issue, c.nth, c.member, c.member, c.code, '', 'issued', c.uses,
       c.uses, %(at)s, c.until
  FROM unnest(%(versions)s::bigint[], %(issues)s::bigint[], %(nths)s::int[],
              %(members)s::bigint[], %(codes)s::text[], %(uses)s::int[],
              %(untils)s::timestamptz[])
       AS c(version, issue, nth, member, code, uses, until)
ON CONFLICT (code) WHERE code IS NOT NULL DO NOTHING RETURNING id, code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRow:
    """A coupon that a member holds; what is not told is as the template says.

    A pass that was used in part begins here with the uses that are left.
    """

    template_id: int
    member_id: int
    valid_until: datetime | None = None
    uses_left: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for every coupon of one template in one load."""

    version: TemplateVersion
    issue_id: int
    valid_until: datetime | None


@transaction.atomic
def load_coupons(
    *, rows: Iterable[CouponRow], by: Act, at: datetime, key: str
) -> list[int]:
    """Take over coupons that were issued elsewhere; their ids in the order given.

    They count towards no quota and no limit here, and a template that is closed takes
    them too. Raises TemplateUnknown, TemplateEnded, IdempotencyConflict.
    """
    terms: dict[int, Terms] = {}
    nths: Counter[tuple[int, int]] = Counter()
    given: Counter[int] = Counter()
    ids: list[int] = []
    for chunk in batched(rows, CHUNK):
        placed = []
        for row in chunk:
            if row.template_id not in terms:
                terms[row.template_id] = _terms(row, by=by, at=at, key=key)
            of = terms[row.template_id]
            if row.valid_until is None and of.valid_until is None:
                raise TemplateEnded(template=row.template_id)
            nths[of.issue_id, row.member_id] += 1
            given[of.issue_id] += 1
            placed.append((row, of, nths[of.issue_id, row.member_id]))
        ids += _load(placed, at)
    for issue_id, count in given.items():
        CouponIssue.objects.filter(pk=issue_id).update(issued=count, done_at=at)
    stores_services.record_act(
        name="coupons.loaded", by=by, at=at, facts={"coupons": len(ids)}
    )
    return ids


def _terms(row: CouponRow, *, by: Act, at: datetime, key: str) -> Terms:
    _template, version = issuable(row.template_id)
    issue_id, _is_new = begin(
        key=f"{key}:{row.template_id}",
        request={"template": row.template_id, "key": key},
        version=version,
        source=Source.OPENING,
        quantity=1,
        by=by,
        at=at,
    )
    return Terms(version, issue_id, _until(version, at))


def _until(version: TemplateVersion, at: datetime) -> datetime | None:
    """As the template says; none where its time is over: each has to say its own."""
    try:
        return period(version, at)[1]
    except TemplateEnded:
        return None


def _load(placed: Sequence[tuple[CouponRow, Terms, int]], at: datetime) -> list[int]:
    made: dict[int, int] = {}
    while len(made) < len(placed):
        left = {
            codes.new_code(codes.HELD): place
            for place in range(len(placed))
            if place not in made
        }
        rows = [placed[place] for place in left.values()]
        with connection.cursor() as cursor:
            cursor.execute(
                ADD,
                {
                    "versions": [of.version.pk for _row, of, _nth in rows],
                    "issues": [of.issue_id for _row, of, _nth in rows],
                    "nths": [nth for _row, _of, nth in rows],
                    "members": [row.member_id for row, _of, _nth in rows],
                    "codes": list(left),
                    "uses": [
                        row.uses_left or of.version.uses for row, of, _nth in rows
                    ],
                    "untils": [
                        row.valid_until or of.valid_until for row, of, _nth in rows
                    ],
                    "at": at,
                },
            )
            made |= {left[code]: pk for pk, code in cursor.fetchall()}
    return [made[place] for place in range(len(placed))]
