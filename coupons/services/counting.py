"""Taking from quotas and limits: rows that whoever issues passes one after another."""

from datetime import datetime

from django.db import connection

from common.sums import more
from coupons.errors import DailyQuotaUsedUp, MemberLimitReached, QuotaUsedUp
from coupons.models import CouponTemplate, TemplateMember

from .days import day_of


def take_quota(
    template: CouponTemplate,
    wanted: int,
    *,
    at: datetime,
    all_or_none: bool = True,
    each: int = 1,
) -> int:
    """Take so many from the quotas; how many there were, in multiples of `each`.

    Always before the members' limits, so that nobody waits in a circle. Raises
    QuotaUsedUp, DailyQuotaUsedUp.
    """
    if template.quota_total is None and template.quota_daily is None:
        return wanted
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coupons_take_quota(%s, %s, %s, %s, %s, %s)",
            [
                template.pk,
                wanted,
                each,
                all_or_none,
                day_of(at),
                template.quota_daily,
            ],
        )
        taken = int(cursor.fetchone()[0])
    if all_or_none and taken == -1:
        raise DailyQuotaUsedUp(template=template.pk)
    if all_or_none and taken == 0:
        raise QuotaUsedUp(template=template.pk)
    return max(0, taken)


def take_limits(
    template: CouponTemplate, member_ids: list[int], wanted: int
) -> list[int]:
    """Count them for each member of a limited template; those who may have them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member FROM coupons_take_limit(%s, %s, %s, %s) ORDER BY 1",
            [template.pk, member_ids, wanted, template.per_member],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def untake_limits(template: CouponTemplate, member_ids: list[int], wanted: int) -> None:
    """Of those counted, these got none after all, for the quota ended before them."""
    if member_ids:
        TemplateMember.objects.filter(template=template, member__in=member_ids).update(
            issued=more("issued", -wanted)
        )


def take_for_members(
    template: CouponTemplate, member_ids: list[int], each: int, *, at: datetime
) -> list[int]:
    """Count so many for each of them, as their limits and the quotas allow: who gets
    theirs. Over a limit they are passed over, where the quota ends the last get none.
    """
    is_limited = template.per_member is not None
    within = (
        take_limits(template, member_ids, each)
        if is_limited and member_ids
        else member_ids
    )
    taken = take_quota(
        template, len(within) * each, at=at, all_or_none=False, each=each
    )
    kept = taken // each
    if is_limited:
        untake_limits(template, within[kept:], each)
    return within[:kept]


def take_limit(template: CouponTemplate, member_id: int, wanted: int) -> None:
    """Count them for one member. Raises MemberLimitReached."""
    if template.per_member is not None and not take_limits(
        template, [member_id], wanted
    ):
        raise MemberLimitReached(template=template.pk)
