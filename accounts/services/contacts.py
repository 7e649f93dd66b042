"""What a member proves while signed in: an address, a new phone, a number of before.

A code is bound to the device that asked (`device_secret`), as one at the door is to a
browser. It is checked in a transaction of its own: tries outlive a refusal.
"""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.acts import act_of_member
from accounts.digests import email_digest
from accounts.errors import ProofMissing, SignInCodeNotAccepted
from accounts.models import CodePurpose, MemberDevice, SignInCode, VerifiedEmail
from accounts.selectors import proof_of
from members import services as members_services
from members.errors import MemberBusy
from members.models import Member
from messaging.encryption import decrypt

from .notices import tell_phone_change
from .sign_in import check_code, lock_proof

TRIES: Final = 5


def device_secret(device: MemberDevice) -> str:
    """What a code is bound to that a signed-in device asks for."""
    return f"device:{device.pk}:{device.token_digest}"


def verify_email(*, device: MemberDevice, code: str, at: datetime) -> None:
    """The address becomes the member's, and signs them in from now on.

    Raises SignInCodeNotAccepted.
    """
    prove(device=device, purpose=CodePurpose.EMAIL, code=code, at=at)
    with transaction.atomic(durable=True):
        row = _unspent(device, CodePurpose.EMAIL, at)
        email, member_id = decrypt(row.sealed_contact), device.member_id
        by = act_of_member(member_id, at=at)
        members_services.change(member_id=member_id, by=by, at=at, email=email)
        # Whoever reads it now has it: it signs nobody else in.
        VerifiedEmail.objects.filter(email_digest=email_digest(email)).delete()
        VerifiedEmail.objects.update_or_create(
            member_id=member_id,
            defaults={"email_digest": email_digest(email), "verified_at": at},
        )
        _spend(row, at)


def change_phone(*, device: MemberDevice, code: str, at: datetime) -> Member:
    """The new phone is the member's; both were proven, and the old one is told.

    Raises SignInCodeNotAccepted, ProofMissing (of the old phone), PhoneTaken.
    """
    secret = device_secret(device)
    if proof_of(secret, purpose=CodePurpose.OLD_PHONE, at=at) is None:
        raise ProofMissing
    prove(device=device, purpose=CodePurpose.NEW_PHONE, code=code, at=at)
    with transaction.atomic(durable=True):
        old = _unspent(device, CodePurpose.OLD_PHONE, at)
        new = _unspent(device, CodePurpose.NEW_PHONE, at)
        tell_phone_change(member=device.member, code=new, at=at)
        member = members_services.change_own_phone(
            member_id=device.member_id,
            phone=decrypt(new.sealed_contact),
            by=act_of_member(device.member_id, at=at),
            at=at,
        )
        _spend(old, at)
        _spend(new, at)
    return member


def join_other_number(*, device: MemberDevice, code: str, at: datetime) -> None:
    """Who had another number is one member from now on: all of it comes here, and the
    browsers signed in as the other are signed in as this one.

    Raises SignInCodeNotAccepted, MergeRefused, MemberBusy and what a merge refuses.
    """
    prove(device=device, purpose=CodePurpose.OTHER_NUMBER, code=code, at=at)
    for _try in range(TRIES - 1):
        with suppress(MemberBusy):
            return _join(device, at)
    return _join(device, at)


def close_account(*, device: MemberDevice, code: str, seen: str, at: datetime) -> None:
    """The member leaves: what is no money ends, who they were is wiped, and they are
    signed out everywhere. `seen` says what they agreed to give up.

    Raises SignInCodeNotAccepted, MoneyFirst, HoldingsChanged, EraseRefused, MemberBusy.
    """
    prove(device=device, purpose=CodePurpose.CLOSURE, code=code, at=at)
    for _try in range(TRIES - 1):
        with suppress(MemberBusy):
            return _close(device, seen, at)
    return _close(device, seen, at)


def prove(
    *, device: MemberDevice, purpose: CodePurpose, code: str, at: datetime
) -> None:
    """The code that came is brought. Raises SignInCodeNotAccepted; it is counted."""
    secret = device_secret(device)
    with transaction.atomic(durable=True):
        row = check_code(code=code, browser=secret, purpose=purpose, at=at)
    if row is None:
        raise SignInCodeNotAccepted


@transaction.atomic(savepoint=False)
def use_proof_step(*, device: MemberDevice, purpose: CodePurpose, at: datetime) -> None:
    """A step: what this device proved serves for this act, and for no other. Raises
    ProofMissing.
    """
    _spend(_unspent(device, purpose, at), at)


@transaction.atomic(durable=True)
def _join(device: MemberDevice, at: datetime) -> None:
    row = _unspent(device, CodePurpose.OTHER_NUMBER, at)
    members_services.refuse_frozen_step(row.member_id, device.member_id)
    members_services.merge_step(
        source_id=row.member_id or 0,
        target_id=device.member_id,
        reason="the member had another number",
        by=act_of_member(device.member_id, at=at),
        at=at,
        key=f"other_number:{row.pk}",
    )
    _spend(row, at)


@transaction.atomic(durable=True)
def _close(device: MemberDevice, seen: str, at: datetime) -> None:
    row = _unspent(device, CodePurpose.CLOSURE, at)
    _spend(row, at)
    members_services.close_account_step(
        member_id=device.member_id,
        seen=seen,
        by=act_of_member(device.member_id, at=at),
        at=at,
        key=f"closure:{row.pk}",
    )


def _unspent(device: MemberDevice, purpose: CodePurpose, at: datetime) -> SignInCode:
    row = lock_proof(browser=device_secret(device), purpose=purpose, at=at)
    if row is None or row.spent_at is not None:
        raise ProofMissing
    return row


def _spend(row: SignInCode, at: datetime) -> None:
    SignInCode.objects.filter(pk=row.pk).update(spent_at=at)
