"""What a tier gives: for reaching it, and on the birthday; once each, set-based."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from coupons.errors import TemplateEnded
from coupons.kinds import Source
from coupons.models import CouponIssue, CouponTemplate, TemplateVersion, TierGift
from ledger.services import Act
from members import selectors as members_selectors
from members.birthdays import (
    CATCH_UP_DAYS,
    BirthdayRule,
    due_birthdays,
    first_due,
)
from stores import services as stores_services

from .bulk import RETRIES
from .counting import take_limits, take_quota, untake_limits
from .days import begin_of, day_of
from .issue import begin, issuable, period
from .templates import lock_template

CHUNK = 10_000

LATE = timedelta(days=90)  # so long a tier's gift may come after the step up
# A birthday that moved, or a tier left and reached again, gives nothing about the turn
# of a period: none is nearer to the one before than this.
RESTS = timedelta(days=300)

# Who stepped up to the tier since the gift was set up, and has not had it in that year,
# neither as this member nor as one that was merged into it:
# whoever goes down and up again, or buys and returns a tier, gets it once a year.
REACHED = """
SELECT array_agg(due.member), array_agg(due.ref) FROM (
  SELECT DISTINCT ON (changed.ref) changed.member, changed.ref FROM (
    SELECT s.member_id AS member,
           extract(year FROM s.at AT TIME ZONE %(zone)s) AS period,
           'tier:' || %(gift)s || ':' || s.member_id || ':'
             || extract(year FROM s.at AT TIME ZONE %(zone)s) AS ref
      FROM tiers_standingchange s
      JOIN members_member m ON m.id = s.member_id AND m.status = 'active'
      JOIN tiers_tier now ON now.id = s.became_id
      LEFT JOIN tiers_tier was ON was.id = s.was_id
     WHERE s.became_id = %(tier)s AND s.at >= %(since)s AND s.at <= %(at)s
       AND s.cause IN ('raised', 'bought', 'given')
       AND now.rank > coalesce(was.rank, -1)
  ) changed
  WHERE NOT EXISTS (SELECT 1 FROM coupons_coupon c
                     WHERE c.source_ref = changed.ref || ':1')
    AND NOT EXISTS (SELECT 1 FROM members_member w
                      JOIN coupons_coupon c ON c.source_ref = 'tier:' || %(gift)s
                           || ':' || w.id || ':' || changed.period || ':1'
                     WHERE w.merged_into_id = changed.member)
    AND NOT EXISTS (SELECT 1 FROM coupons_coupon c
                      JOIN coupons_couponissue i ON i.id = c.issue_id
                     WHERE c.source_ref = 'tier:' || %(gift)s || ':' || changed.member
                           || ':' || (changed.period - 1) || ':1' AND i.at > %(rests)s)
  ORDER BY changed.ref LIMIT %(chunk)s
) due
"""
# Whose birthday is due, of those who stand on the tier: once in the period of that
# birthday, also for whoever had it as a member that was merged into this one.
BIRTHDAY = """
SELECT array_agg(due.member), array_agg(due.ref) FROM (
  SELECT born.member, born.ref FROM (
    SELECT b.member_id AS member, b.period,
           'birthday:' || %(gift)s || ':' || b.member_id || ':' AS head,
           'birthday:' || %(gift)s || ':' || b.member_id || ':' || b.period AS ref
      FROM ({celebrants}) b
      JOIN tiers_standing t ON t.member_id = b.member_id AND t.tier_id = %(tier)s
  ) born
  WHERE NOT EXISTS (SELECT 1 FROM coupons_coupon c
                     WHERE c.source_ref = born.ref || ':1')
    AND NOT EXISTS (SELECT 1 FROM members_member w
                      JOIN coupons_coupon c ON c.source_ref = 'birthday:' || %(gift)s
                           || ':' || w.id || ':' || born.period || ':1'
                     WHERE w.merged_into_id = born.member)
    AND NOT EXISTS (SELECT 1 FROM coupons_coupon c
                      JOIN coupons_couponissue i ON i.id = c.issue_id
                     WHERE c.source_ref = ANY (ARRAY[
                             born.head || (born.period - 1) || ':1',
                             born.head || (born.period + 1) || ':1'])
                       AND i.at > %(rests)s)
  ORDER BY born.member LIMIT %(chunk)s
) due
"""
GIVE = """
INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses,
  uses_left, valid_from, valid_until, source_ref)
SELECT %(version)s, %(issue)s, due.nth, due.member, due.member, coupons_code(due.bytes),
       '', 'issued', %(uses)s, %(uses)s, %(valid_from)s, %(valid_until)s, due.ref
  FROM (SELECT d.member, d.ref || ':' || n AS ref, n AS nth,
               uuid_send(gen_random_uuid()) AS bytes
          FROM unnest(%(members)s::bigint[], %(refs)s::text[]) d (member, ref)
         CROSS JOIN generate_series(1, %(quantity)s) n OFFSET 0) due
"""


@transaction.atomic
def save_tier_gift(*, gift: TierGift, by: Act, at: datetime) -> None:
    """Set up or end what a tier gives; what was given stays."""
    stores_services.require_for(by, "coupons.change_coupontemplate")
    is_new = gift.pk is None
    if is_new:
        gift.since = at
    gift.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name="coupons.tier_gift_saved",
        by=by,
        at=at,
        subject=gift,
        facts={"tier": gift.tier_id, "template": gift.template_id},
    )


def give_upgrade_gifts(*, by: Act, at: datetime, chunk: int = CHUNK) -> int:
    """Everyone who reached a tier since its gift was set up gets it, once a year.
    Called outside a transaction; stopped anywhere it goes on the next time.
    """
    given = 0
    for gift in _active(TierGift.Occasion.UPGRADE):
        facts = {
            "gift": gift.pk,
            "tier": gift.tier_id,
            "since": max(gift.since, at - LATE),
            "at": at,
            "rests": at - RESTS,
            "zone": settings.TIME_ZONE,
        }
        given += _give_all(gift, REACHED, facts, by=by, at=at, chunk=chunk)
    return given


def give_birthday_gifts(*, by: Act, at: datetime, chunk: int = CHUNK) -> int:
    """Whoever stands on a tier with a birthday gift gets it on the birthday, once in
    the period: the solar year, for a lunar birthday the lunar one.

    Three missed days are caught up; after a longer silence those get it for whom it
    would still be valid, had it been given on the day.
    """
    today = day_of(at)
    given = 0
    for gift in _active(TierGift.Occasion.BIRTHDAY):
        template, version = issuable(gift.template_id)
        if not _is_open(template, at):
            continue  # what falls due meanwhile is missed like any other day
        first = first_due(today=today, done_until=gift.birthdays_until)
        due = [
            one
            for one in due_birthdays(BirthdayRule(), first=first, last=today)
            if one.due >= today - timedelta(days=CATCH_UP_DAYS)
            or _would_be_valid(version, one.due, at)
        ]
        celebrants, days = members_selectors.celebrants(due)
        facts = {
            "gift": gift.pk,
            "tier": gift.tier_id,
            "rests": at - RESTS,
            **days,
        }
        found = BIRTHDAY.format(celebrants=celebrants)
        given += _give_all(gift, found, facts, by=by, at=at, chunk=chunk)
        TierGift.objects.filter(pk=gift.pk).update(birthdays_until=today)
    return given


def _would_be_valid(version: TemplateVersion, due: date, at: datetime) -> bool:
    """Whether the coupon would hold still, had it been issued on the day."""
    try:
        _begins, ends = period(version, begin_of(due))
    except TemplateEnded:
        return False
    return ends > at


def _active(occasion: str) -> QuerySet[TierGift]:
    return TierGift.objects.filter(is_active=True, occasion=occasion).order_by("pk")


def _give_all(
    gift: TierGift,
    due: str,
    facts: dict[str, Any],
    *,
    by: Act,
    at: datetime,
    chunk: int,
) -> int:
    total = 0
    while True:
        given, found = _retried(gift, due, facts, by=by, at=at, chunk=chunk)
        total += given
        if found < chunk or given == 0:
            return total


def _retried(
    gift: TierGift,
    due: str,
    facts: dict[str, Any],
    *,
    by: Act,
    at: datetime,
    chunk: int,
) -> tuple[int, int]:
    """A chunk whose random codes met an old one is made anew with others."""
    for attempt in range(RETRIES):
        try:
            with transaction.atomic():
                return _give(gift, due, facts, by=by, at=at, chunk=chunk)
        except IntegrityError as taken:
            if "coupons_coupon_code_once" not in str(taken) or attempt + 1 == RETRIES:
                raise
    raise AssertionError  # the last attempt returns or raises


def _give(
    gift: TierGift,
    due: str,
    facts: dict[str, Any],
    *,
    by: Act,
    at: datetime,
    chunk: int,
) -> tuple[int, int]:
    """How many coupons were given, and how many were due in this chunk."""
    lock_template(gift.template_id)  # one at a time: what is due is looked up once
    template, version = issuable(gift.template_id)
    if not _is_open(template, at):
        return 0, 0
    try:
        begins, ends = period(version, at)
    except TemplateEnded:  # it gives nothing more, and keeps no other gift waiting
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(due, {**facts, "chunk": chunk})
        members, refs = cursor.fetchone()
    if not members:
        return 0, 0
    kept = _within_limits(gift, template, dict(zip(members, refs, strict=True)), at)
    if not kept:
        return 0, len(members)
    first = next(iter(kept.values()))
    issue_id, _new = begin(
        key=f"tier-gift:{first}",
        request={"gift": gift.pk, "first": first},
        version=version,
        source=Source.TIER,
        quantity=gift.quantity,
        by=by,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE,
            {
                "version": version.pk,
                "issue": issue_id,
                "uses": version.uses,
                "valid_from": begins,
                "valid_until": ends,
                "members": list(kept),
                "refs": list(kept.values()),
                "quantity": gift.quantity,
            },
        )
        given = cursor.rowcount
    CouponIssue.objects.filter(pk=issue_id).update(issued=given, done_at=at)
    return given, len(members)


def _within_limits(
    gift: TierGift, template: CouponTemplate, due: dict[int, str], at: datetime
) -> dict[int, str]:
    """Of those due, who gets it: as many as the quotas and their own limits allow."""
    take_quota(template, 0, at=at, all_or_none=False)  # its rows first, then members'
    members = sorted(due)
    if template.per_member is not None:
        members = take_limits(template, members, gift.quantity)
    taken = take_quota(
        template,
        len(members) * gift.quantity,
        at=at,
        all_or_none=False,
        each=gift.quantity,
    )
    kept = members[: taken // gift.quantity]
    if template.per_member is not None:
        untake_limits(template, members[len(kept) :], gift.quantity)
    return {member: due[member] for member in kept}


def _is_open(template: CouponTemplate, at: datetime) -> bool:
    begins, ends = template.issued_from, template.issued_until
    begun = begins is None or begins <= at
    return template.is_open and begun and (ends is None or at < ends)
