"""Giving a coupon to very many members: one statement a chunk, resumable anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, transaction

from coupons.audiences import Audience, MemberStatement
from coupons.errors import AudienceRefused, QuantityRefused
from coupons.kinds import Source
from coupons.models import CouponIssue, CouponTemplate
from ledger.services import Act
from stores import services as stores_services

from .counting import take_for_members, take_quota
from .issue import begin, check_open, issuable, period
from .templates import lock_template

CHUNK = 50_000
SEGMENT = "coupons.issue_to_segment"
RETRIES = 5  # of a chunk in which a random code was taken already

type NamedSql = tuple[str, dict[str, Any]]

ACTIVE = """SELECT m.id FROM members_member m
   WHERE m.id > %(reached)s AND m.status = 'active' {within}
   ORDER BY m.id LIMIT %(chunk)s"""
FOUND = """SELECT found.id FROM ({found}) found
   WHERE found.id > %(reached)s ORDER BY found.id LIMIT %(chunk)s"""
# The next members of the audience, in the order of their numbers; `given` of them (the
# quota may end among them) get theirs. Members over their limit are passed over.
PICK = """
SELECT array_agg(picked.id ORDER BY picked.id) FROM ({audience}) picked
"""
# Without quotas and limits nobody has to be counted first: members and coupons at once.
GIVE_ALL = """
WITH picked AS MATERIALIZED (
  {audience}
), made AS (
  INSERT INTO coupons_coupon (
    version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses,
    uses_left, valid_from, valid_until)
  SELECT %(version)s, %(issue)s, random.nth, random.id, random.id,
    coupons_code(random.bytes), '', 'issued', %(uses)s, %(uses)s, %(valid_from)s,
    %(valid_until)s
    FROM (SELECT p.id, n.nth, uuid_send(gen_random_uuid()) AS bytes
            FROM picked p {times} OFFSET 0) random
)
SELECT count(*), max(id) FROM picked
"""
GIVE_THESE = """
INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses,
  uses_left, valid_from, valid_until)
SELECT %(version)s, %(issue)s, random.nth, random.id, random.id,
  coupons_code(random.bytes), '', 'issued', %(uses)s, %(uses)s, %(valid_from)s,
  %(valid_until)s
  FROM (SELECT p.id, n.nth, uuid_send(gen_random_uuid()) AS bytes
          FROM unnest(%(members)s::bigint[]) p (id)
         CROSS JOIN generate_series(1, %(quantity)s) n (nth) OFFSET 0) random
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What an issue to many has come to: coupons, members passed over, and its end."""

    issue_id: int
    issued: int
    passed_over: int
    is_done: bool


def issue_to_members(
    *,
    template_id: int,
    audience: Audience | None,
    by: Act,
    at: datetime,
    key: str,
    source: str = Source.SEGMENT,
    quantity: int = 1,
    reason: str = "",
    described: dict[str, object] | None = None,
    chunk: int = CHUNK,
) -> Given:
    """Give every active member of an audience (None: everyone) coupons, chunk by chunk.

    Each chunk is its own transaction, to be called outside of one: stopped anywhere and
    called again with the same key it goes on where it stood, and nobody gets two or
    none. Raises TemplateClosed, TemplateEnded, QuantityRefused, NotAllowed,
    IdempotencyConflict.
    """
    issue_id = begin_issue(
        template_id=template_id,
        by=by,
        at=at,
        key=key,
        source=source,
        quantity=quantity,
        reason=reason,
        described=described or {"of": "caller"},
    )
    return continue_issue(issue_id=issue_id, audience=audience, at=at, chunk=chunk)


@transaction.atomic
def begin_issue(
    *,
    template_id: int,
    by: Act,
    at: datetime,
    key: str,
    source: str = Source.SEGMENT,
    quantity: int = 1,
    reason: str = "",
    described: dict[str, object],
) -> int:
    """Write down that an audience shall have a coupon; a task then gives it."""
    stores_services.require_for(by, SEGMENT)
    if not 1 <= quantity <= 100:
        raise QuantityRefused(largest=100)
    if not described:
        raise AudienceRefused
    lock_template(template_id, shared=True)
    template, version = issuable(template_id)
    issue_id, is_new = begin(
        key=key,
        request={
            "template": template_id,
            "quantity": quantity,
            "source": str(source),
            "audience": described,
        },
        version=version,
        source=source,
        quantity=quantity,
        by=by,
        at=at,
        reason=reason,
        audience=described,
    )
    if is_new:
        check_open(template, at)
        period(version, at)
        stores_services.record_act(
            name="coupons.segment_begun",
            by=by,
            at=at,
            subject=CouponIssue(pk=issue_id),
            facts={"template": template_id, "quantity": quantity, **described},
        )
    return issue_id


def continue_issue(
    *,
    issue_id: int,
    audience: Audience | None,
    at: datetime,
    chunk: int = CHUNK,
) -> Given:
    """Give whoever has not had it yet theirs, until nobody is left."""
    while True:
        given = _next_chunk(issue_id, audience, at, chunk)
        if given.is_done:
            return given


def _next_chunk(
    issue_id: int, audience: Audience | None, at: datetime, chunk: int
) -> Given:
    """A chunk whose random codes met an old one is made anew with others."""
    for attempt in range(RETRIES):
        try:
            with transaction.atomic(durable=False):
                return _give(issue_id, audience, at, chunk)
        except IntegrityError as taken:
            if "coupons_coupon_code_once" not in str(taken) or attempt + 1 == RETRIES:
                raise
    raise AssertionError  # the last attempt returns or raises


def _give(issue_id: int, audience: Audience | None, at: datetime, chunk: int) -> Given:
    # Two that run the same issue take turns, chunk by chunk.
    issue = (
        CouponIssue.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__template")
        .get(pk=issue_id)
    )
    if issue.done_at is not None:
        return Given(issue.pk, issue.issued, issue.passed_over, is_done=True)
    template = issue.version.template
    lock_template(template.pk, shared=True)
    begins, ends = period(issue.version, issue.at)
    facts: dict[str, Any] = {
        "version": issue.version_id,
        "issue": issue.pk,
        "uses": issue.version.uses,
        "valid_from": begins,
        "valid_until": ends,
        "quantity": issue.quantity,
        "chunk": chunk,
        "reached": issue.reached,
    }
    if _is_counted(template):
        found, last, members = _counted(issue, template, audience, facts, at)
    else:
        found, last = _uncounted(audience, facts)
        members = found
    over = found < chunk
    CouponIssue.objects.filter(pk=issue.pk).update(
        reached=max(issue.reached, last),
        issued=issue.issued + members * issue.quantity,
        passed_over=issue.passed_over + found - members,
        done_at=at if over else None,
    )
    return Given(
        issue.pk,
        issue.issued + members * issue.quantity,
        issue.passed_over + found - members,
        is_done=over,
    )


def _is_counted(template: CouponTemplate) -> bool:
    return any(
        limit is not None
        for limit in (template.quota_total, template.quota_daily, template.per_member)
    )


def next_of(audience: Audience | None, facts: dict[str, Any]) -> NamedSql:
    """The next of an audience after those who were reached, in their order."""
    if audience is None:
        return ACTIVE.format(within=""), facts
    if isinstance(audience, MemberStatement):
        sql, values = _named(audience.sql, audience.params)
        return FOUND.format(found=sql), {**facts, **values}
    try:
        sql, params = audience.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # Django sees by itself that it is nobody
        sql, params = "SELECT id FROM members_member WHERE false", ()
    sql, values = _named(sql, params)
    return ACTIVE.format(within=f"AND m.id IN ({sql})"), {**facts, **values}


def _named(sql: str, params: Sequence[Any]) -> NamedSql:
    """A statement whose places have names, to stand in one that has its own."""
    values = {f"audience_{place}": value for place, value in enumerate(params)}
    places = tuple(f"%({name})s" for name in values)
    return sql.replace("%%", "%%%%") % places, values


def _uncounted(audience: Audience | None, facts: dict[str, Any]) -> tuple[int, int]:
    sql, values = next_of(audience, facts)
    times = (
        "CROSS JOIN (VALUES (1)) n (nth)"
        if facts["quantity"] == 1
        else "CROSS JOIN generate_series(1, %(quantity)s) n (nth)"
    )
    with connection.cursor() as cursor:
        cursor.execute(GIVE_ALL.format(audience=sql, times=times), values)
        found, last = cursor.fetchone()
    return int(found), int(last or 0)


def _counted(
    issue: CouponIssue,
    template: CouponTemplate,
    audience: Audience | None,
    facts: dict[str, Any],
    at: datetime,
) -> tuple[int, int, int]:
    """How many members were looked at, the last of them, and how many got theirs."""
    sql, values = next_of(audience, facts)
    take_quota(template, 0, at=at, all_or_none=False)  # its rows first, then members'
    with connection.cursor() as cursor:
        cursor.execute(PICK.format(audience=sql), values)
        picked = cursor.fetchone()[0] or []
        members = take_for_members(template, picked, issue.quantity, at=at)
        cursor.execute(GIVE_THESE, {**facts, "members": members})
    return len(picked), picked[-1] if picked else 0, len(members)
