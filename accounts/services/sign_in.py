"""Signing in with a code: tries outlive the refusal, and a code serves once."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.acts import act_of_member
from accounts.digests import (
    digest_of,
    digest_of_token,
    email_digest,
    new_token,
    phone_digest,
)
from accounts.errors import SignInCodeNotAccepted
from accounts.models import (
    PROOF_STANDS,
    CodePurpose,
    CodeState,
    MemberDevice,
    SignInCode,
    SignInPolicy,
)
from common.text import one_line
from members import services as members_services
from members.errors import MemberNotActive, MemberUnknown
from members.models import Member
from policies import selectors as policies_selectors
from stores import services as stores_services

from .codes import digest_of_code
from .notices import tell_new_device

LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A device that is signed in now, and the secret by which its browser says so."""

    device: MemberDevice
    token: str


def sign_in(*, code: str, browser: str, device: str, at: datetime) -> SignedIn:
    """The browser that asked for a code brings it: from now on it is the member's.

    `device` is what the member will know it by. A transaction of its own. Raises
    SignInCodeNotAccepted, whatever the reason; the try is counted then.
    """
    signed_in = _sign_in(code, browser, device, at)
    if signed_in is None:
        raise SignInCodeNotAccepted
    return signed_in


@transaction.atomic(durable=True)
def _sign_in(code: str, browser: str, device: str, at: datetime) -> SignedIn | None:
    row = check_code(code=code, browser=browser, purpose=CodePurpose.SIGN_IN, at=at)
    if row is None or row.member_id is None:
        return None
    return remember_device(member_id=row.member_id, name=device, at=at, proven=row)


def check_code(
    *, code: str, browser: str, purpose: CodePurpose, at: datetime
) -> SignInCode | None:
    """A step: the row of a right code, used up by it; the try is counted, and None
    where the code is wrong, late, dead, used, or its member is gone.

    Under the row's lock, so that guesses sent at once are counted one by one.
    """
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    asked = SignInCode.objects.filter(
        browser_digest=digest_of("browser", browser), purpose=purpose
    )
    latest = asked.order_by("-asked_at", "-pk")
    member_id = latest.values_list("member_id", flat=True).first()
    # Before the row: a merge has the member first, and then its rows.
    is_here = _is_here(member_id)
    row = latest.select_for_update(no_key=True).first()
    if row is None or not row.is_open(most=policy.code_tries, at=at):
        return None
    if row.member_id != member_id:
        return None
    is_right = _is_right(row, code)
    SignInCode.objects.filter(pk=row.pk).update(
        tries=row.tries + 1, used_at=at if is_right else None
    )
    is_theirs = member_id is None or (is_here and _is_theirs(row))
    return row if is_right and is_theirs else None


def lock_proof(
    *, browser: str, purpose: CodePurpose, at: datetime
) -> SignInCode | None:
    """A step: what this browser proved a moment ago, whether or not it was made use
    of; held, so that it serves once.
    """
    proven = SignInCode.objects.filter(
        browser_digest=digest_of("browser", browser),
        purpose=purpose,
        used_at__gt=at - PROOF_STANDS,
    )
    latest = proven.order_by("-used_at", "-pk")
    return latest.select_for_update(of=("self",), no_key=True).first()


def _is_right(row: SignInCode, code: str) -> bool:
    digests = {
        "browser_digest": row.browser_digest,
        "phone_digest": row.phone_digest,
    }
    said = digest_of_code(digests, code)
    is_same = hmac.compare_digest(said, row.code_digest or digest_of("code", "none"))
    return is_same and row.state == CodeState.SENT


def _is_here(member_id: int | None) -> bool:
    """Nobody merges or erases them until this is done. Asked of nobody too: the time
    of a wrong code says nothing of the phone.
    """
    try:
        members_services.keep_active(member_id=member_id or 0)
    except (MemberUnknown, MemberNotActive):
        return False
    return True


def _is_theirs(row: SignInCode) -> bool:
    """Whether the phone is the member's still, or that of whoever was merged into
    them: a code that was on its way to the former phone opens nothing. The same of an
    e-mail address.
    """
    contacts = Member.objects.filter(
        Q(pk=row.member_id) | Q(merged_into=row.member_id)
    ).values_list("phone", "email")
    known = {phone_digest(phone) for phone, _email in contacts if phone}
    known |= {email_digest(email) for _phone, email in contacts if email}
    return row.phone_digest in known


def remember_device(
    *, member_id: int, name: str, at: datetime, proven: SignInCode
) -> SignedIn:
    """A step: the browser is the member's from now on, and the member is told."""
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    token = new_token()
    device = MemberDevice.objects.create(
        member_id=member_id,
        token_digest=digest_of_token(token),
        name=one_line(name, LONGEST_NAME),
        signed_in_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=policy.device_days),
    )
    before = MemberDevice.objects.filter(member_id=member_id).exclude(pk=device.pk)
    if before.exists():
        tell_new_device(member=device.member, device=device, proven=proven, at=at)
    stores_services.record_act(
        name="accounts.signed_in",
        by=act_of_member(member_id, at=at),
        at=at,
        subject=device,
    )
    return SignedIn(device, token)
