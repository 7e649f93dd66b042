"""Holding a member still while something about them is decided."""

from collections.abc import Iterable

from django.db import connection

from members.errors import MemberNotActive, MemberUnknown
from members.models import Member


def lock_member(member_id: int) -> Member:
    """An active member, locked against other changes until the transaction ends.

    Rows that only point at them are not held up. Raises MemberUnknown, MemberNotActive.
    """
    rows = Member.objects.filter(pk=member_id)
    member = rows.select_for_update(of=("self",), no_key=True).first()
    return _active(member)


def lock_whole(member_ids: Iterable[int]) -> dict[int, Member]:
    """Members locked in key order, and whatever would point at them made to wait.

    For merging and erasing alone: what was written about them before is seen and
    moved, what comes later sees that they are gone. Raises OperationalError after
    half a second: a till that holds what we want, and waits for what we hold, goes on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
    rows = Member.objects.filter(pk__in=set(member_ids)).order_by("pk")
    return {member.pk: member for member in rows.select_for_update(of=("self",))}


def keep_active(*, member_id: int) -> None:
    """A step of any command that gives a member something: they stay until it ends.

    Cheap, and no two of them wait for each other; a merge waits for both. Raises
    MemberUnknown, MemberNotActive.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status FROM members_member WHERE id = %s FOR KEY SHARE",
            [member_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise MemberUnknown
    if row[0] != Member.Status.ACTIVE:
        raise MemberNotActive


def _active(member: Member | None) -> Member:
    if member is None:
        raise MemberUnknown
    if not member.is_active:
        raise MemberNotActive
    return member
