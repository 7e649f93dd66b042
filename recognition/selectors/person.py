"""What is remembered of a member, as they read it themselves."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from recognition.days import next_on
from recognition.models import Occasion, Preference


@dataclass(frozen=True, slots=True)
class RememberedDay:
    """A day of the year, and when it comes next."""

    occasion: Occasion
    next_on: date


def preferences_of(member_id: int) -> QuerySet[Preference]:
    """Likes, dislikes, seats, sizes and allergies, by kind, the older first."""
    return Preference.objects.filter(member_id=member_id).order_by("kind", "at", "pk")


def occasions_of(member_id: int, *, today: date) -> list[RememberedDay]:
    """The days that are remembered, the one that comes next in front."""
    rows = Occasion.objects.filter(member_id=member_id).order_by("pk")
    days = [
        RememberedDay(row, next_on(month=row.month, day=row.day, today=today))
        for row in rows
    ]
    return sorted(days, key=lambda day: (day.next_on, day.occasion.pk))
