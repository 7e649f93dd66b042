"""Members by what is known of them."""

from datetime import date

from django.db.models import Q, QuerySet

from members.birthdays import kept_on
from members.models import Member


def with_birthday(*, on: date) -> QuerySet[Member]:
    """Active members whose birthday is kept on a day, in either calendar."""
    asked = Q()
    for kept in kept_on(on):
        asked |= Q(
            birth_calendar=kept.calendar,
            birth_month=kept.month,
            birth_day__in=kept.days,
            birth_leap__in=kept.leaps,
        )
    return Member.objects.filter(asked, status=Member.Status.ACTIVE)


def by_referral_code(code: str) -> Member | None:
    """Whose code this is, among those who are still there."""
    return Member.objects.filter(
        referral_code=code, status=Member.Status.ACTIVE
    ).first()


def of_keeper(keeper_id: int) -> QuerySet[Member]:
    """The guests in somebody's care."""
    return Member.objects.filter(keeper=keeper_id, status=Member.Status.ACTIVE)
