"""Giving coupons to one member, by hand or as part of another command."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from common.text import one_line
from coupons import codes
from coupons.errors import (
    MemberNotActive,
    QuantityRefused,
    ReasonRefused,
    TemplateClosed,
    TemplateEnded,
    TemplateUnknown,
)
from coupons.kinds import Source
from coupons.models import (
    Coupon,
    CouponIssue,
    CouponsPolicy,
    CouponTemplate,
    TemplateVersion,
)
from coupons.rules import valid_period, worth
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members.models import Member
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.models import Approval

from .acts import ISSUE
from .counting import take_limit, take_quota
from .days import house_zone
from .templates import lock_template

# Waits for another run of the same key, and then finds its row.
BEGIN = """
INSERT INTO coupons_couponissue (
  key, fingerprint, version_id, source, quantity, at, business_date, actor, staff_id,
  store_id, reason, audience, reached, issued, passed_over, done_at, paid, entry,
  posting)
VALUES (%(key)s, %(fingerprint)s, %(version)s, %(source)s, %(quantity)s, %(at)s,
  %(business_date)s, %(actor)s, %(staff)s, %(store)s, %(reason)s, %(audience)s, 0,
  0, 0, NULL, %(paid)s, %(entry)s, %(posting)s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
# A code that is taken already is left out here, and made anew by the caller.
INSERT = """
INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, digest, last4, status, uses,
  uses_left, valid_from, valid_until)
SELECT %(version)s, %(issue)s, made.nth, %(member)s, %(member)s, made.code, NULL, '',
  'issued', %(uses)s, %(uses)s, %(valid_from)s, %(valid_until)s
  FROM unnest(%(nths)s::int[], %(codes)s::text[]) made (nth, code)
ON CONFLICT (code) WHERE code IS NOT NULL DO NOTHING
RETURNING id, nth
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """The coupons that an issue gave, in order, and whether it gave them before."""

    issue_id: int
    coupon_ids: tuple[int, ...]
    replayed: bool


@transaction.atomic
def issue(
    *,
    template_id: int,
    member_id: int,
    quantity: int = 1,
    by: Act,
    at: datetime,
    key: str,
    source: str = Source.HAND,
    reason: str = "",
    approval: Approval | None = None,
) -> Issued:
    """Give a member coupons, once for each key; by hand with a reason, within limits.

    Raises TemplateClosed, TemplateEnded, QuotaUsedUp, DailyQuotaUsedUp,
    MemberLimitReached, MemberNotActive, QuantityRefused, ReasonRefused, NotAllowed,
    ApprovalNeeded, IdempotencyConflict.
    """
    by_hand = source == Source.HAND
    if by_hand:
        stores_services.require_for(by, ISSUE)
        largest = policies_selectors.in_force(CouponsPolicy, at=at).per_hand
        if not 1 <= quantity <= largest:
            raise QuantityRefused(largest=largest)
        if not reason.strip() or "\x00" in reason:
            raise ReasonRefused
    issued = issue_step(
        template_id=template_id,
        member_id=member_id,
        quantity=quantity,
        by=by,
        at=at,
        key=key,
        source=source,
        reason=reason,
    )
    if by_hand and not issued.replayed:
        by = _use_limit(
            template_id, member_id, quantity, by=by, at=at, approval=approval
        )
        stores_services.record_act(
            name="coupons.issued",
            by=by,
            at=at,
            subject=CouponIssue(pk=issued.issue_id),
            facts={
                "template": template_id,
                "member": member_id,
                "quantity": quantity,
                "reason": one_line(reason, 200),
            },
        )
    return issued


@transaction.atomic(savepoint=False)
def issue_step(
    *,
    template_id: int,
    member_id: int,
    quantity: int = 1,
    by: Act,
    at: datetime,
    key: str,
    source: str,
    reason: str = "",
    paid: int = 0,
    entry: UUID | None = None,
    posting: int | None = None,
) -> Issued:
    """A step of another's command: give a member coupons, once for each key.

    A refusal ends the whole command. Raises what `issue` raises, but asks no role.
    """
    if not 1 <= quantity <= 1000:
        raise QuantityRefused(largest=1000)
    lock_template(template_id, shared=True)
    template, version = issuable(template_id)
    request = {
        "template": template_id,
        "member": member_id,
        "quantity": quantity,
        "source": str(source),
        "paid": paid,
    }
    issue_id, is_new = begin(
        key=key,
        request=request,
        version=version,
        source=source,
        quantity=quantity,
        by=by,
        at=at,
        reason=reason,
        paid=paid,
        entry=entry,
        posting=posting,
    )
    if not is_new:
        given = Coupon.objects.filter(issue_id=issue_id).order_by("nth")
        return Issued(
            issue_id, tuple(given.values_list("pk", flat=True)), replayed=True
        )
    check_open(template, at)
    if not Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).exists():
        raise MemberNotActive
    take_quota(template, quantity, at=at)
    take_limit(template, member_id, quantity)
    made = _insert(version, issue_id, member_id, quantity, at=at)
    CouponIssue.objects.filter(pk=issue_id).update(issued=quantity, done_at=at)
    return Issued(issue_id, made, replayed=False)


def issuable(template_id: int) -> tuple[CouponTemplate, TemplateVersion]:
    """A template and the terms on which it is issued now. Raises TemplateUnknown."""
    version = (
        TemplateVersion.objects.filter(template_id=template_id)
        .select_related("template")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise TemplateUnknown
    return version.template, version


def check_open(template: CouponTemplate, at: datetime) -> None:
    """Raises TemplateClosed."""
    begins, ends = template.issued_from, template.issued_until
    too_early = begins is not None and at < begins
    too_late = ends is not None and at >= ends
    if not template.is_open or too_early or too_late:
        raise TemplateClosed(template=template.pk)


def period(version: TemplateVersion, at: datetime) -> tuple[datetime, datetime]:
    """From when until when what is issued now will hold. Raises TemplateEnded."""
    begins, ends = valid_period(version, at=at, zone=house_zone())
    if ends <= at or ends <= begins:
        raise TemplateEnded(template=version.template_id)
    return begins, ends


def begin(
    *,
    key: str,
    request: dict[str, object],
    version: TemplateVersion,
    source: str,
    quantity: int,
    by: Act,
    at: datetime,
    reason: str = "",
    audience: dict[str, object] | None = None,
    paid: int = 0,
    entry: UUID | None = None,
    posting: int | None = None,
) -> tuple[int, bool]:
    """The issue of this key, and whether it is new. Raises IdempotencyConflict."""
    fingerprint = hashlib.sha256(
        json.dumps(request, sort_keys=True, default=str).encode()
    ).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            BEGIN,
            {
                "key": key,
                "fingerprint": fingerprint,
                "version": version.pk,
                "source": str(source),
                "quantity": quantity,
                "at": at,
                "business_date": by.business_date,
                "actor": by.actor,
                "staff": by.staff_id,
                "store": by.store_id,
                "reason": one_line(reason, 200),
                "audience": None if audience is None else json.dumps(audience),
                "paid": paid,
                "entry": entry,
                "posting": posting,
            },
        )
        row = cursor.fetchone()
    if row is not None:
        return int(row[0]), True
    known = CouponIssue.objects.only("pk", "fingerprint").get(key=key)
    if bytes(known.fingerprint) != fingerprint:
        raise IdempotencyConflict
    return known.pk, False


def _insert(
    version: TemplateVersion,
    issue_id: int,
    member_id: int,
    wanted: int,
    *,
    at: datetime,
) -> tuple[int, ...]:
    begins, ends = period(version, at)
    made: dict[int, int] = {}
    while len(made) < wanted:
        nths = [nth for nth in range(1, wanted + 1) if nth not in made]
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT,
                {
                    "version": version.pk,
                    "issue": issue_id,
                    "member": member_id,
                    "uses": version.uses,
                    "valid_from": begins,
                    "valid_until": ends,
                    "nths": nths,
                    "codes": [codes.new_code(codes.HELD) for _nth in nths],
                },
            )
            made |= {nth: pk for pk, nth in cursor.fetchall()}
    return tuple(made[nth] for nth in sorted(made))


def _use_limit(
    template_id: int,
    member_id: int,
    quantity: int,
    *,
    by: Act,
    at: datetime,
    approval: Approval | None,
) -> Act:
    """What one may give alone; above it a second person approves."""
    _template, version = issuable(template_id)
    return stores_services.use_limit(
        by=by,
        act=ISSUE,
        amount=worth(version) * quantity,
        at=at,
        approval=approval,
        subject=f"template:{template_id}",
        members=[member_id],
    )
