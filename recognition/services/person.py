"""What the staff know about a member."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from ledger.services import Act
from members.models import Member
from recognition.errors import (
    AlreadyWithdrawn,
    KeptEnough,
    NoSuchDay,
    NotOneOfTheKinds,
)
from recognition.models import Note, Occasion, Preference
from recognition.words import written
from stores import services as stores_services
from stores.errors import NotAllowed

from .permit import lock_member, may, require

DESCRIBE = "recognition.describe_member"
LEAP_YEAR = 2000
# Of a member; whoever adds without end is a program, and nobody reads more.
MOST_KEPT = 60


@transaction.atomic
def add_preference(
    *, member_id: int, kind: str, words: str, by: Act, at: datetime
) -> Preference:
    """Remember a like, a dislike, a seat, a size or an allergy; said twice, it is kept
    once.

    Raises NotAllowed, MemberNotHere, NotOneOfTheKinds, WordsRefused, KeptEnough.
    """
    require(by, DESCRIBE)
    if kind not in Preference.Kind.values:
        raise NotOneOfTheKinds
    kept = written(words, most=120)
    lock_member(member_id, by=by)
    known = Preference.objects.filter(
        member_id=member_id, kind=kind, words__iexact=kept
    ).first()
    if known is not None:
        return known
    _refuse_more(Preference.objects.filter(member_id=member_id))
    added = Preference.objects.create(
        member_id=member_id, kind=kind, words=kept, author_id=by.staff_id, at=at
    )
    _tell("recognition.preference_added", member_id, by, at, kind=kind)
    return added


@transaction.atomic
def remove_preference(*, preference_id: int, by: Act, at: datetime) -> None:
    """It is so no longer. The log keeps that it was, not what it was."""
    require(by, DESCRIBE)
    found = Preference.objects.filter(pk=preference_id).first()
    if found is None:
        return
    lock_member(found.member_id, by=by)
    found.delete()
    _tell("recognition.preference_removed", found.member_id, by, at, kind=found.kind)


@transaction.atomic
def add_occasion(
    *,
    member_id: int,
    kind: str,
    month: int,
    day: int,
    by: Act,
    at: datetime,
    year: int | None = None,
    words: str = "",
) -> Occasion:
    """Remember a day of the year; 29 February is one, and told twice is kept once.

    Raises NotAllowed, MemberNotHere, NotOneOfTheKinds, NoSuchDay, WordsRefused,
    KeptEnough.
    """
    require(by, DESCRIBE)
    if kind not in Occasion.Kind.values:
        raise NotOneOfTheKinds
    _check_day(month, day, year)
    kept = written(words, most=80, needed=False)
    lock_member(member_id, by=by)
    known = Occasion.objects.filter(
        member_id=member_id, kind=kind, month=month, day=day, words__iexact=kept
    ).first()
    if known is not None:
        return known
    _refuse_more(Occasion.objects.filter(member_id=member_id))
    added = Occasion.objects.create(
        member_id=member_id,
        kind=kind,
        month=month,
        day=day,
        year=year,
        words=kept,
        author_id=by.staff_id,
        at=at,
    )
    _tell("recognition.occasion_added", member_id, by, at, kind=kind)
    return added


@transaction.atomic
def remove_occasion(*, occasion_id: int, by: Act, at: datetime) -> None:
    """It was a mistake, or is kept no more."""
    require(by, DESCRIBE)
    found = Occasion.objects.filter(pk=occasion_id).first()
    if found is None:
        return
    lock_member(found.member_id, by=by)
    found.delete()
    _tell("recognition.occasion_removed", found.member_id, by, at, kind=found.kind)


@transaction.atomic
def write_note(*, member_id: int, words: str, by: Act, at: datetime) -> Note:
    """Tell the colleagues. Raises NotAllowed, MemberNotHere, WordsRefused."""
    require(by, "recognition.write_note")
    kept = written(words, most=1000)
    lock_member(member_id, by=by)
    return Note.objects.create(
        member_id=member_id,
        words=kept,
        author_id=by.staff_id,
        store_id=by.store_id,
        at=at,
    )


@transaction.atomic
def withdraw_note(*, note_id: int, by: Act, at: datetime) -> None:
    """Take back one's own note, or, as a manager where it was written, a colleague's.

    Raises NotAllowed, AlreadyWithdrawn.
    """
    note = Note.objects.filter(pk=note_id).first()
    if note is None:
        raise AlreadyWithdrawn
    is_own = by.staff_id is not None and by.staff_id == note.author_id
    if not is_own and not may(by, "recognition.withdraw_note", store_id=note.store_id):
        raise NotAllowed(permission="recognition.withdraw_note")
    if by.actor.startswith("member:"):
        raise NotAllowed(permission="recognition.withdraw_note")
    standing = Note.objects.filter(pk=note_id, withdrawn_at=None)
    if standing.update(withdrawn_at=at, withdrawn_by_id=by.staff_id) != 1:
        raise AlreadyWithdrawn
    stores_services.record_act(
        name="recognition.note_withdrawn",
        by=by,
        at=at,
        subject=note,
        facts={"member": note.member_id},
    )


def _refuse_more(kept: QuerySet[Preference] | QuerySet[Occasion]) -> None:
    if kept.count() >= MOST_KEPT:
        raise KeptEnough


def _check_day(month: int, day: int, year: int | None) -> None:
    try:
        date(year or LEAP_YEAR, month, day)
    except (ValueError, OverflowError) as wrong:
        raise NoSuchDay from wrong
    if year is not None and not 1900 <= year <= 2200:
        raise NoSuchDay


def _tell(name: str, member_id: int, by: Act, at: datetime, **facts: object) -> None:
    """Into the log: never the words, which may be about somebody's health."""
    stores_services.record_act(
        name=name, by=by, at=at, subject=Member(pk=member_id), facts=facts
    )
