"""Forgetting a person: who they were is wiped, what was entered stays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Func
from django.utils.translation import gettext as _

from common.money import format_amount
from common.text import one_line
from ledger.errors import IdempotencyConflict
from ledger.kinds import AccountKind
from ledger.services import Act
from members.errors import EraseRefused, HoldsValue, MemberUnknown, ValueRefused
from members.models import (
    ClosureRequest,
    Consent,
    ConsentNow,
    Forfeiture,
    Member,
    MemberTag,
    Source,
)
from members.parts import all_parts
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.services import Mending

from . import value
from .access import require
from .locks import lock_with_accounts, soon
from .second import with_second_person
from .staff_cards import end_with_member

type Refuse = Callable[[int, datetime], None]
ERASE = "members.erase_member"
NOBODY: Final[dict[str, Any]] = {
    "name": "",
    "phone": None,
    "email": "",
    "salutation": "",
    "gender": "",
    "language": "",
    "birth_calendar": "",
    "birth_year": None,
    "birth_month": None,
    "birth_day": None,
    "birth_leap": False,
    "birthday_set_at": None,
    "keeper": None,
    "referrer": None,
    "custom": {},
    "search_name": "",
    "search_pinyin": "",
    "search_initials": "",
    "other_pinyin": "",
    "other_initials": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A paper by which a member gives up what they hold: when, and where it is kept."""

    signed_on: date
    reference: str


@transaction.atomic
def erase(*, member_id: int, reason: str, by: Act, at: datetime) -> None:
    """Wipe who a member was; for one who holds nothing. Twice is harmless.

    Raises HoldsValue, EraseRefused, ReasonMissing, MemberUnknown, NotAllowed,
    BeneficiaryRefused.
    """
    require(by, ERASE)
    if not reason.strip():
        raise ReasonMissing
    by = stores_services.check_beneficiary(
        by=by, act=ERASE, members=[member_id], subject=f"member:{member_id}", at=at
    )
    with soon():
        erase_step(
            member_id, refuse=_refuse_value, by=by, at=at, key=f"erase:{member_id}"
        )


def erase_with_forfeiture(*, member_id: int, signed: Signed, by: Mending) -> None:
    """Wipe who a member was, who gave up in writing what they held; with a second
    person, once for each key.

    Value becomes breakage by an entry. Raises what `erase` does but HoldsValue, and
    CheckerRefused, ProofRefused, ValueRefused.
    """
    if _was_done(by.key, member_id):
        return
    if not by.reason.strip():
        raise ReasonMissing
    reference = signed.reference.strip()
    if not reference or len(reference) > 80 or not reference.isprintable():
        raise ValueRefused(
            field="reference", message=_("Please say where the signed paper is kept.")
        )
    if signed.signed_on > by.at.date():
        raise ValueRefused(
            field="signed_on", message=_("The paper cannot be signed in the future.")
        )

    def write(act: Act) -> None:
        if _was_done(by.key, member_id):
            return
        entry_id = erase_step(member_id, refuse=None, by=act, at=by.at, key=by.key)
        Forfeiture.objects.create(
            key=by.key,
            member_id=member_id,
            signed_on=signed.signed_on,
            reference=reference,
            reason=one_line(by.reason, 200),
            at=by.at,
            entry_id=entry_id,
            staff=by.maker,
            approver=by.checker,
        )

    with_second_person(
        write,
        act=ERASE,
        amount=value.money_of(member_id),
        subject=f"member:{member_id}",
        by=by,
        members=(member_id,),
    )


def what_is_held(*, member_id: int, at: datetime) -> list[str]:
    """What stands in the way of erasing a member, each in words."""
    in_books = [
        f"{format_amount(account.balance, account.unit)} "
        f"({AccountKind(account.kind).label})"
        for account in value.accounts_of(member_id)
        if account.balance and account.kind not in value.WORTHLESS
    ]
    elsewhere = [
        word for part in all_parts() for word in part.held(member_id=member_id, at=at)
    ]
    return in_books + elsewhere


def _was_done(key: str, member_id: int) -> bool:
    done = Forfeiture.objects.filter(key=key).first()
    if done is not None and done.member_id != member_id:
        raise IdempotencyConflict
    return done is not None


def _refuse_value(member_id: int, at: datetime) -> None:
    held = what_is_held(member_id=member_id, at=at)
    if held:
        raise HoldsValue(held=held)


def erase_step(
    member_id: int, *, refuse: Refuse | None, by: Act, at: datetime, key: str
) -> UUID | None:
    """A step: give up what is left, wipe, and let every app do the same; the entry, if
    any. What is held is asked for under the locks, by `refuse`; None: a paper says it.

    Raises EraseRefused, MemberUnknown, MemberBusy.
    """
    merged = Member.objects.filter(merged_into=member_id).values_list("pk", flat=True)
    rows = lock_with_accounts(
        [member_id, *merged], accounts=lambda: value.account_ids(member_id)
    )
    member = rows.get(member_id)
    if member is None:
        raise MemberUnknown
    if member.status == Member.Status.ERASED and refuse is not None:
        return None
    if not member.is_active:
        raise EraseRefused(_("This member was merged or erased already."))
    holding = value.hold_still(member_id, by=by, at=at)
    value.refuse_what_is_tied(holding, EraseRefused)
    if refuse is not None:
        refuse(member_id, at)
    entry_id = value.give_up(
        holding, by=by, at=at, key=f"{key}:value", memo=f"#{member_id}"
    )
    _forget(rows, by=by, at=at)
    stores_services.record_act(
        name="members.erased",
        by=by,
        at=at,
        subject=member,
        facts={
            "entry": str(entry_id) if entry_id else None,
            "gave_up": refuse is not _refuse_value,
            "rows": len(rows),
        },
    )
    return entry_id


def _forget(rows: dict[int, Member], *, by: Act, at: datetime) -> None:
    """In every app, and for every row that was merged into this one."""
    for part in all_parts():
        for pk in sorted(rows):
            part.forget(member_id=pk, by=by, at=at)
    for pk in rows:
        end_with_member(pk, by=by, at=at)
    open_ones = ClosureRequest.objects.filter(
        member__in=rows, state=ClosureRequest.State.OPEN
    )
    open_ones.update(state=ClosureRequest.State.LEFT, ended_at=at)
    for row in rows.values():
        _wipe(row, by=by, at=at)


def _wipe(member: Member, *, by: Act, at: datetime) -> None:
    """Everything that says who it was; the number stays, as a pseudonym."""
    ended = {"status": Member.Status.ERASED, "ended_at": at} if member.is_active else {}
    fresh_code = Func(function="members_referral_code")
    Member.objects.filter(pk=member.pk).update(
        **NOBODY, **ended, referral_code=fresh_code
    )
    Member.objects.filter(referrer=member.pk).update(referrer=None)
    Member.history.filter(id=member.pk).delete()
    MemberTag.objects.filter(member=member).delete()
    standing = ConsentNow.objects.filter(member=member, granted=True)
    Consent.objects.bulk_create(
        Consent(
            member=member,
            purpose=now.purpose,
            channel=now.channel,
            granted=False,
            source=Source.ERASURE,
            at=at,
            staff_id=by.staff_id,
        )
        for now in standing
    )
