"""Becoming a member by oneself: the phone is proven first, then all is one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.acts import act_of_member, act_of_newcomer
from accounts.errors import ProofMissing, SignInCodeNotAccepted
from accounts.models import NO_KEY, CodePurpose, MemberDevice, SignInCode
from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from messaging.encryption import decrypt

from .sign_in import SignedIn, check_code, lock_proof, remember_device

# A form that comes again within it is the first.
SENT_TWICE: Final = timedelta(minutes=1)
type ConsentChoice = tuple[str, int, Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What somebody tells who becomes a member: for each purpose the version of the
    text that was read, the channels agreed to and those not.
    """

    name: str
    language: str
    birthday: Birthday | None = None
    referral_code: str = ""
    consents: Sequence[ConsentChoice] = ()


def prove_new_phone(
    *, code: str, browser: str, device: str, at: datetime
) -> SignedIn | None:
    """The phone is theirs: who is a member already is signed in; None: they go on.

    A transaction of its own. Raises SignInCodeNotAccepted; the try is counted then.
    """
    row, signed_in = _prove(code, browser, device, at)
    if row is None:
        raise SignInCodeNotAccepted
    return signed_in


@transaction.atomic(durable=True)
def enrol_oneself(
    *, newcomer: Newcomer, browser: str, device: str, at: datetime
) -> SignedIn:
    """Make a member of whoever proved their phone, and sign the browser in; sent twice,
    it is the first.

    Raises ProofMissing, and what `members.services.enrol`, `choose_consents` do.
    """
    row = lock_proof(browser=browser, purpose=CodePurpose.ENROL, at=at)
    if row is None:
        raise ProofMissing
    phone = decrypt(row.sealed_contact)
    known = Member.objects.filter(phone=phone, status=Member.Status.ACTIVE).first()
    if known is not None:
        return _again(row, known, device, at)
    member = members_services.enrol(
        by=act_of_newcomer(at=at),
        at=at,
        phone=phone,
        name=newcomer.name,
        language=newcomer.language,
        birthday=newcomer.birthday,
        referral_code=newcomer.referral_code,
    )
    members_services.choose_consents(
        member_id=member.pk,
        choices=newcomer.consents,
        by=act_of_member(member.pk, at=at),
        at=at,
    )
    SignInCode.objects.filter(pk=row.pk).update(member=member, spent_at=at)
    return remember_device(member_id=member.pk, name=device, at=at, proven=row)


@transaction.atomic(durable=True)
def _prove(
    code: str, browser: str, device: str, at: datetime
) -> tuple[SignInCode | None, SignedIn | None]:
    row = check_code(code=code, browser=browser, purpose=CodePurpose.ENROL, at=at)
    if row is None or row.member_id is None:
        return row, None
    SignInCode.objects.filter(pk=row.pk).update(spent_at=at)
    signed_in = remember_device(member_id=row.member_id, name=device, at=at, proven=row)
    return row, signed_in


def _again(row: SignInCode, member: Member, device: str, at: datetime) -> SignedIn:
    """The form came twice, or somebody with the same phone was quicker."""
    if row.spent_at is not None:
        if at > row.spent_at + SENT_TWICE:
            raise ProofMissing
        ended = MemberDevice.End.MEMBER
        MemberDevice.objects.filter(
            member=member, signed_in_at=row.spent_at, ended_at=None
        ).update(ended_at=at, end=ended, **NO_KEY)
    SignInCode.objects.filter(pk=row.pk).update(
        member=member, spent_at=row.spent_at or at
    )
    return remember_device(member_id=member.pk, name=device, at=at, proven=row)
