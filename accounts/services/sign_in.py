"""Signing in with a code: tries outlive the refusal, and a code serves once."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.acts import act_of_member
from accounts.digests import digest_of, digest_of_token, new_token
from accounts.errors import SignInCodeNotAccepted
from accounts.models import CodeState, MemberDevice, SignInCode, SignInPolicy
from common.text import one_line
from members import services as members_services
from members.errors import MemberNotActive, MemberUnknown
from members.models import Member
from policies import selectors as policies_selectors
from stores import services as stores_services

from .codes import digest_of_code

LONGEST_NAME = 60


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
    signed_in = _try(code, browser, device, at)
    if signed_in is None:
        raise SignInCodeNotAccepted
    return signed_in


@transaction.atomic(durable=True)
def _try(code: str, browser: str, device: str, at: datetime) -> SignedIn | None:
    """Under the row's lock, so that guesses sent at once are counted one by one."""
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    asked = SignInCode.objects.filter(browser_digest=digest_of("browser", browser))
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
    if member_id is None or not (is_right and is_here and _is_theirs(row)):
        return None
    return _remember(member_id, device, policy, at)


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
    them: a code that was on its way to the former phone opens nothing.
    """
    phones = Member.objects.filter(
        Q(pk=row.member_id) | Q(merged_into=row.member_id)
    ).values_list("phone", flat=True)
    return row.phone_digest in {digest_of("phone", phone) for phone in phones if phone}


def _remember(
    member_id: int, name: str, policy: SignInPolicy, at: datetime
) -> SignedIn:
    token = new_token()
    device = MemberDevice.objects.create(
        member_id=member_id,
        token_digest=digest_of_token(token),
        name=one_line(name, LONGEST_NAME),
        signed_in_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=policy.device_days),
    )
    stores_services.record_act(
        name="accounts.signed_in",
        by=act_of_member(member_id, at=at),
        at=at,
        subject=device,
    )
    return SignedIn(device, token)
