"""The friends whom a member brought, and what became of the thanks for each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Min
from django.utils.translation import gettext as _

from members.models import Member
from recognition.models import Visit

from .models import Task, TaskDone

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class BroughtFriend:
    """A friend by first letters only, when they joined and came, and the reward given
    (`points`, `rewarded_at`), or why there is none yet.
    """

    letters: str
    joined_at: datetime
    first_visit_at: datetime | None
    rewarded_at: datetime | None
    points: int
    why_not: str


def friends_brought(member_id: int, *, at: datetime) -> list[BroughtFriend]:
    """The latest first. Four queries, however many they are."""
    friends = list(
        Member.objects.filter(
            referrer_id=member_id, status=Member.Status.ACTIVE
        ).order_by("-joined_at", "-pk")[:MOST]
    )
    visits = dict(
        Visit.objects.filter(member__in=friends, voided_at=None)
        .values_list("member_id")
        .annotate(first=Min("at"))
    )
    done = {
        row.period: row
        for row in TaskDone.objects.filter(
            member_id=member_id,
            task__kind=Task.Kind.REFERRAL,
            period__in=[f"about:member:{friend.pk}" for friend in friends],
        ).order_by("pk")
    }
    is_rewarded = Task.objects.filter(kind=Task.Kind.REFERRAL, is_active=True).exists()
    found = []
    for friend in friends:
        row = done.get(f"about:member:{friend.pk}")
        came_at = visits.get(friend.pk)
        why_not = ""
        if row is None:
            why_not = _why_not(came=came_at is not None, is_rewarded=is_rewarded)
        found.append(
            BroughtFriend(
                letters=first_letters(friend.name),
                joined_at=friend.joined_at,
                first_visit_at=came_at,
                rewarded_at=row.at if row is not None else None,
                points=row.points if row is not None else 0,
                why_not=why_not,
            )
        )
    return found


def first_letters(name: str) -> str:
    """As much of a name as whoever brought them may see: `Y. L.`, `郭…`."""
    words = name.split()
    if len(words) > 1:
        return " ".join(f"{word[0]}." for word in words[:3])
    return f"{words[0][0]}…" if words else "…"


def _why_not(*, came: bool, is_rewarded: bool) -> str:
    if not is_rewarded:
        return _("There is no reward for this at present.")
    if not came:
        return _("The reward comes with the first visit.")
    return _("The reward is on its way, unless this year’s are all given.")
