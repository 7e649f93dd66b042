"""Two rows that are one person become one: value, history and consents move."""

from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from common.text import one_line
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members import keys as search_keys
from members.errors import MemberUnknown, MergeRefused
from members.models import ClosureRequest, Member, MemberTag, Merge
from members.models import Source as ConsentSource
from members.parts import all_parts
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.services import Mending

from . import value
from .locks import lock_with_accounts
from .second import with_second_person
from .staff_cards import follow_merge

MERGE = "members.merge_member"
# What the survivor lacks is taken from the one merged.
FILLED: Final = (
    "email",
    "salutation",
    "gender",
    "language",
    "home_store_id",
    "keeper_id",
    "referrer_id",
    "spending_frozen_at",
)
BIRTHDAY: Final = (
    "birth_calendar",
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_leap",
    "birthday_set_at",
)
STANDING = """
INSERT INTO members_consent (member_id, purpose, channel, granted, text_id, source, at,
                             staff_id, store_id, copy_of_id)
SELECT %(target)s, c.purpose, c.channel, c.granted, c.text_id, %(source)s, c.at,
       c.staff_id, c.store_id, c.id
  FROM members_consentnow now JOIN members_consent c ON c.id = now.consent_id
 WHERE now.member_id = %(merged)s
   AND NOT EXISTS (SELECT FROM members_consentnow theirs
                    WHERE theirs.member_id = %(target)s AND theirs.purpose = c.purpose
                      AND theirs.channel = c.channel
                      AND (theirs.at > c.at OR (theirs.at = c.at AND c.granted)))
 ORDER BY c.id
"""


def merge(*, source_id: int, target_id: int, by: Mending) -> Merge:
    """Put `source` into `target`, approved by a second person, once for each key.

    All value moves by one entry, each lot with its own expiry, debts too; then what
    every app keeps. Raises MergeRefused, MemberUnknown, NotAllowed, CheckerRefused,
    ProofRefused, IdempotencyConflict; nothing is changed then.
    """
    done = _done(by.key, source_id, target_id)
    if done is not None:
        return done
    if not by.reason.strip():
        raise ReasonMissing
    _check(Member.objects.in_bulk([source_id, target_id]), source_id, target_id)
    return with_second_person(
        lambda act: merge_step(
            source_id=source_id,
            target_id=target_id,
            reason=by.reason,
            by=act,
            at=by.at,
            key=by.key,
        ),
        act=MERGE,
        amount=value.money_of(source_id),
        subject=f"member:{source_id}>member:{target_id}",
        by=by,
        members=(source_id, target_id),
    )


def merge_step(
    *, source_id: int, target_id: int, reason: str, by: Act, at: datetime, key: str
) -> Merge:
    """A step of what was approved: the merge itself, in the caller's transaction."""
    both = (source_id, target_id)
    rows = lock_with_accounts(both, accounts=lambda: value.account_ids(*both))
    done = _done(key, source_id, target_id)
    if done is not None:
        return done
    _check(rows, source_id, target_id)
    source, target = rows[source_id], rows[target_id]

    holding = value.hold_still(source_id, by=by, at=at)
    value.refuse_what_is_tied(holding, MergeRefused)
    memo = f"#{source_id} → #{target_id}"
    entry_id = value.move_all(
        holding, to_id=target_id, by=by, at=at, key=f"{key}:value", memo=memo
    )
    for part in all_parts():
        part.move(
            source_id=source_id,
            target_id=target_id,
            by=by,
            at=at,
            key=f"{key}:{part.word}",
        )
    _move_marks(source, target)
    _move_consents(source, target)
    _move_pointers(source, target)
    _move_closure(source, target, at=at)
    follow_merge(source.pk, target.pk, by=by, at=at)
    _join(source, target, at=at)
    merged = Merge.objects.create(
        key=key,
        source=source,
        target=target,
        at=at,
        reason=one_line(reason, 200),
        entry_id=entry_id,
        staff_id=by.staff_id,
        approver_id=by.approver_id,
    )
    stores_services.record_act(
        name="members.merged",
        by=by,
        at=at,
        subject=source,
        facts={"into": target_id, "entry": str(entry_id) if entry_id else None},
    )
    return merged


def _done(key: str, source_id: int, target_id: int) -> Merge | None:
    """What the key already did. Raises IdempotencyConflict for something else."""
    done = Merge.objects.filter(key=key).first()
    if done is not None and (done.source_id, done.target_id) != (source_id, target_id):
        raise IdempotencyConflict
    return done


def _check(rows: dict[int, Member], source_id: int, target_id: int) -> None:
    if source_id == target_id:
        raise MergeRefused(_("This is one and the same member."))
    if not {source_id, target_id} <= rows.keys():
        raise MemberUnknown
    if not all(member.is_active for member in rows.values()):
        raise MergeRefused(_("One of them was merged or erased already."))


def _move_marks(source: Member, target: Member) -> None:
    there = MemberTag.objects.filter(member=target).values("tag")
    MemberTag.objects.filter(member=source, tag__in=there).delete()
    MemberTag.objects.filter(member=source).update(member=target)


def _move_consents(source: Member, target: Member) -> None:
    """The same person spoke twice: what they said last stands, a no where at once.

    Rows are never changed, so that what was said is copied as it was said, and the
    history of each stays where it was given.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            STANDING,
            {
                "merged": source.pk,
                "target": target.pk,
                "source": ConsentSource.MERGE.value,
            },
        )


def _move_pointers(source: Member, target: Member) -> None:
    """Whoever pointed at the one merged points at the survivor: one step, never two."""
    Member.objects.filter(merged_into=source).update(merged_into=target)
    Member.objects.filter(referrer=source).exclude(pk=target.pk).update(referrer=target)
    if target.referrer_id == source.pk:
        target.referrer_id = (
            None if source.referrer_id == target.pk else source.referrer_id
        )
    if source.referrer_id == target.pk:
        source.referrer_id = None


def _move_closure(source: Member, target: Member, *, at: datetime) -> None:
    """Who wanted to go wants it still, once."""
    state = ClosureRequest.State
    asked = ClosureRequest.objects.filter(member=source, state=state.OPEN)
    if ClosureRequest.objects.filter(member=target, state=state.OPEN).exists():
        asked.update(state=state.WITHDRAWN, ended_at=at)
    ClosureRequest.objects.filter(member=source).update(member=target)


def _join(source: Member, target: Member, *, at: datetime) -> None:
    """Fill what the survivor lacks, and leave the other as a pointer."""
    fields = {"referrer_id"}
    if target.phone is None and source.phone is not None:
        phone, source.phone = source.phone, None
        Member.objects.filter(pk=source.pk).update(phone=None)
        target.phone = phone
        fields.add("phone")
    if not target.name and source.name:
        target.name = source.name
        fields |= _copy_keys(target)
    for name in FILLED:
        if not getattr(target, name) and getattr(source, name):
            setattr(target, name, getattr(source, name))
            fields.add(name)
    if not target.has_birthday and source.has_birthday:
        for name in BIRTHDAY:
            setattr(target, name, getattr(source, name))
        fields |= set(BIRTHDAY)
    # Whoever has a phone since yesterday does not get round the day by merging.
    waits = [one.phone_changed_at for one in (source, target) if one.phone_changed_at]
    target.phone_changed_at = max(waits, default=None)
    target.custom = {**source.custom, **target.custom}
    target.joined_at = min(target.joined_at, source.joined_at)
    _save(target, fields | {"custom", "joined_at", "phone_changed_at"})
    source.status = Member.Status.MERGED
    source.merged_into = target
    source.ended_at = at
    _save(source, {"status", "merged_into", "ended_at", "referrer_id", "phone"})


def _copy_keys(target: Member) -> set[str]:
    found = search_keys.keys_of(target.name)
    names = set(found.__slots__)
    for name in names:
        setattr(target, name, getattr(found, name))
    return names | {"name"}


def _save(member: Member, fields: set[str]) -> None:
    member.save(update_fields=sorted(name.removesuffix("_id") for name in fields))
