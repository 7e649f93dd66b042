"""What the rules ask about a member, a place and a moment."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from members.birthdays import Birthday
from members.models import Member
from points.earning import Facts
from points.models import Accrual, EarningRule, PointsPolicy
from stores.models import Store
from tiers import selectors as tiers_selectors

# What counts towards the caps of a day and a month: sales, not gifts.
CAPPED = (Accrual.Source.SALE, Accrual.Source.RECEIPT)


def house_zone() -> ZoneInfo:
    """One zone for points that are spent at any store."""
    return ZoneInfo(settings.TIME_ZONE)


def facts_of(
    member: Member,
    *,
    at: datetime,
    day: date,
    today: date,
    store: Store | None,
    policy: PointsPolicy,
) -> Facts:
    """Everything that a rule may ask; to be read under the member's lock.

    `day` is that of the sale, `today` the one whose caps it counts towards.
    """
    standing = tiers_selectors.standing(member.pk, at=at)
    is_birthday, is_birthday_month = birthday_of(member, day)
    return Facts(
        at=at.astimezone(house_zone() if store is None else store.zone),
        day=day,
        store="" if store is None else store.code,
        tier=standing.tier.code if standing.tier is not None else "",
        tier_factor=standing.benefits.points_per_mille,
        is_birthday=is_birthday,
        is_birthday_month=is_birthday_month,
        earned_today=(
            0 if policy.most_per_day is None else earned(member.pk, today, today)
        ),
        earned_this_month=(
            0
            if policy.most_per_month is None
            else earned(member.pk, today.replace(day=1), today)
        ),
    )


def earned(member_id: int, first: date, last: date) -> int:
    """Points of sales between two days, less what refunds took back."""
    kept = Accrual.objects.filter(
        member_id=member_id, business_date__range=(first, last), source__in=CAPPED
    ).aggregate(kept=Sum("points_kept", default=0))["kept"]
    return int(kept)


def birthday_of(member: Member, day: date) -> tuple[bool, bool]:
    """Whether a day is the member's birthday, and whether its month has it."""
    if member.birth_month is None or member.birth_day is None:
        return False, False
    birthday = Birthday(
        month=member.birth_month,
        day=member.birth_day,
        calendar=member.birth_calendar,
        leap=member.birth_leap,
    )
    return birthday.is_on(day), birthday.is_in_month_of(day)


def rules_at(sold_at: datetime, *, at: datetime) -> list[EarningRule]:
    """The rules as they stood when something was sold: now, or then."""
    if sold_at >= at:
        return list(EarningRule.objects.filter(is_active=True))
    then = EarningRule.history.as_of(sold_at)
    return [rule for rule in then if rule.is_active]
