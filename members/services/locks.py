"""Holding a member still while something about them is decided."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import sleep
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from psycopg import Error as PsycopgError

from ledger import services as ledger_services
from members.errors import MemberBusy, MemberNotActive, MemberUnknown
from members.models import Member

# lock_not_available, deadlock_detected, query_canceled by its timeout
NO_LOCK: Final = frozenset({"55P03", "40P01", "57014"})
TRIES: Final = 16
PAUSE: Final = 0.025  # seconds


class _LetGo(Exception):  # no error: what makes the savepoint let go
    """A member is held by somebody else at this moment."""


def lock_member(member_id: int) -> Member:
    """An active member, locked against other changes until the transaction ends.

    Rows that only point at them are not held up. Raises MemberUnknown, MemberNotActive.
    """
    rows = Member.objects.filter(pk=member_id)
    member = rows.select_for_update(of=("self",), no_key=True).first()
    return _active(member)


def lock_spending(member_id: int) -> Member:
    """An active member, with every payment that is under way waited for, and those to
    come made to wait. Raises MemberUnknown, MemberNotActive.
    """
    return _active(_rows([member_id]).first())


def lock_whole(member_ids: Iterable[int]) -> dict[int, Member]:
    """Members locked in key order, and whatever would point at them made to wait: what
    was written about them before is seen, what comes later sees what became of them.

    Raises MemberBusy soon rather than wait.
    """
    with soon(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        return {member.pk: member for member in _rows(member_ids)}


def lock_with_accounts(
    member_ids: Iterable[int], *, accounts: Callable[[], Sequence[int]]
) -> dict[int, Member]:
    """The same together with the accounts: for merging and erasing alone.

    A till locks accounts and then names the member; whoever waited for it while holding
    the member would stop it, or the tills in line behind it. So the accounts are
    waited for while nothing is held, and for the members nobody waits: where one is
    not to be had, everything is let go and tried again. Raises MemberBusy.
    """
    ids = set(member_ids)
    for _try in range(TRIES):
        with suppress(_LetGo), transaction.atomic():
            return _lock_at_once(ids, accounts)
        sleep(PAUSE)
    raise MemberBusy


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


def _lock_at_once(
    ids: set[int], accounts: Callable[[], Sequence[int]]
) -> dict[int, Member]:
    before = set(accounts())
    with soon(), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        usual = cursor.fetchone()[0]
        # Of a whole statement: a lock is waited for in steps, each with its own time.
        cursor.execute("SET LOCAL statement_timeout = '400ms'")
        ledger_services.lock_accounts(sorted(before))
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [usual])
    try:
        with soon():
            found = {member.pk: member for member in _rows(ids, nowait=True)}
    except MemberBusy as held:
        raise _LetGo from held
    if not before.issuperset(accounts()):
        raise _LetGo  # one was opened meanwhile
    return found


def _rows(ids: Iterable[int], *, nowait: bool = False) -> QuerySet[Member]:
    rows = Member.objects.filter(pk__in=set(ids)).order_by("pk")
    return rows.select_for_update(of=("self",), nowait=nowait)


def _active(member: Member | None) -> Member:
    if member is None:
        raise MemberUnknown
    if not member.is_active:
        raise MemberNotActive
    return member
