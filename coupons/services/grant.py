"""Giving one coupon each to many members, as a step of another's command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from common.arrays import integers, texts
from coupons.models import CouponIssue, TemplateVersion
from coupons.rules import worth
from ledger.services import Act

from .counting import take_for_members, take_quota
from .issue import begin, check_open, issuable, period
from .templates import lock_template

GRANT = """
INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses,
  uses_left, valid_from, valid_until, source_ref)
SELECT %(version)s, %(issue)s, 1, due.member, due.member, coupons_code(due.bytes), '',
       'issued', %(uses)s, %(uses)s, %(valid_from)s, %(valid_until)s, due.ref
  FROM (SELECT d.member, d.ref, uuid_send(gen_random_uuid()) AS bytes
          FROM unnest(%(members)s::bigint[], %(refs)s::text[]) d (member, ref)
        OFFSET 0) due
RETURNING member_id, id
"""


@dataclass(frozen=True, slots=True)
class Granted:
    """The coupons of a step by member, on which terms, until when they are good."""

    coupons: dict[int, int]
    version: TemplateVersion
    valid_until: datetime
    cost: int  # of one, at most, in minor units


@transaction.atomic(savepoint=False)
def grant_step(
    *,
    template_id: int,
    refs: Mapping[int, str],
    source: str,
    by: Act,
    at: datetime,
    key: str,
) -> Granted:
    """A step: one coupon for each member of `refs`, known for ever by its reference.

    A reference that was given before ends the whole command in an IntegrityError: the
    caller asks only for what was not given. Who is over their limit, or comes after the
    quota, is not among those who got one. Raises TemplateClosed, TemplateEnded,
    TemplateUnknown, IdempotencyConflict.
    """
    lock_template(template_id, shared=True)
    template, version = issuable(template_id)
    check_open(template, at)
    begins, ends = period(version, at)
    take_quota(template, 0, at=at, all_or_none=False)  # its rows first, then members'
    members = take_for_members(template, sorted(refs), 1, at=at)
    granted = Granted({}, version, ends, worth(version))
    if not members:
        return granted
    issue_id, _new = begin(
        key=key,
        request={"template": template_id, "refs": sorted(refs.values())},
        version=version,
        source=source,
        quantity=1,
        by=by,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            GRANT,
            {
                "version": version.pk,
                "issue": issue_id,
                "uses": version.uses,
                "valid_from": begins,
                "valid_until": ends,
                "members": integers(members),
                "refs": texts(refs[member] for member in members),
            },
        )
        granted.coupons.update((int(who), int(pk)) for who, pk in cursor.fetchall())
    CouponIssue.objects.filter(pk=issue_id).update(
        issued=len(members), passed_over=len(refs) - len(members), done_at=at
    )
    return granted
