"""Holding a member still while something about them is decided."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection
from psycopg import Error as PsycopgError

from ledger import services as ledger_services
from members.errors import MemberBusy, MemberNotActive, MemberUnknown
from members.models import Member

# lock_not_available, deadlock_detected, query_canceled by its timeout
NO_LOCK: Final = frozenset({"55P03", "40P01", "57014"})


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
    moved, what comes later sees that they are gone. Raises MemberBusy soon rather than
    wait: a till that holds what we want, and waits for what we hold, must go on before
    the database (after a second) chooses whom of the two to abort.
    """
    rows = Member.objects.filter(pk__in=set(member_ids)).order_by("pk")
    with soon(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        return {member.pk: member for member in rows.select_for_update(of=("self",))}


def lock_accounts_soon(account_ids: Sequence[int]) -> None:
    """The same for accounts: all of them at once and soon. Raises MemberBusy."""
    with soon(), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        usual = cursor.fetchone()[0]
        # Of a whole statement: a lock is waited for in steps, each with its own time.
        cursor.execute("SET LOCAL statement_timeout = '400ms'")
        ledger_services.lock_accounts(account_ids)
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [usual])


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


@contextmanager
def soon() -> Iterator[None]:
    """Say in words that a lock was not to be had in time."""
    try:
        yield
    except OperationalError as failure:
        cause = failure.__cause__
        if isinstance(cause, PsycopgError) and cause.sqlstate in NO_LOCK:
            raise MemberBusy from failure
        raise


def _active(member: Member | None) -> Member:
    if member is None:
        raise MemberUnknown
    if not member.is_active:
        raise MemberNotActive
    return member
