"""Who a browser is signed in as, and where else they are."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from members.models import Member
from messaging.encryption import decrypt
from messaging.errors import MessageUnreadable

from .digests import digest_of, digest_of_token, email_digest
from .models import PROOF_STANDS, CodePurpose, MemberDevice, SignInCode, VerifiedEmail


def signed_in(token: str, *, at: datetime) -> MemberDevice | None:
    """The device with this secret, if it is signed in still; its member is loaded."""
    return (
        MemberDevice.objects.filter(
            token_digest=digest_of_token(token),
            ended_at=None,
            expires_at__gt=at,
            member__status=Member.Status.ACTIVE,
        )
        .select_related("member")
        .first()
    )


def devices_of(member_id: int, *, at: datetime) -> QuerySet[MemberDevice]:
    """Where a member is signed in now, what was used last in front."""
    mine = MemberDevice.objects.filter(
        member_id=member_id, ended_at=None, expires_at__gt=at
    )
    return mine.order_by("-seen_at", "-pk")


def code_asked_for(
    browser: str, *, at: datetime, purpose: CodePurpose = CodePurpose.SIGN_IN
) -> SignInCode | None:
    """What this browser asked for last, while a code for it could come."""
    mine = SignInCode.objects.filter(
        browser_digest=digest_of("browser", browser),
        purpose=purpose,
        expires_at__gt=at,
        used_at=None,
    )
    return mine.order_by("-asked_at", "-pk").first()


def proof_of(browser: str, *, purpose: CodePurpose, at: datetime) -> SignInCode | None:
    """What this browser proved a moment ago, and made no use of yet."""
    mine = SignInCode.objects.filter(
        browser_digest=digest_of("browser", browser),
        purpose=purpose,
        used_at__gt=at - PROOF_STANDS,
        spent_at=None,
    )
    return mine.order_by("-used_at", "-pk").first()


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """By what a browser that is signed in makes its codes, and whose they are."""

    device_id: int
    member_id: int
    number: int
    key: bytes


def device_key(number: int, *, at: datetime) -> DeviceKey | None:
    """The key of a device that is signed in still, by the nine digits of its codes."""
    device = MemberDevice.objects.filter(
        number=number,
        ended_at=None,
        expires_at__gt=at,
        member__status=Member.Status.ACTIVE,
    ).first()
    if device is None:
        return None
    try:
        key = bytes.fromhex(decrypt(device.sealed_key))
    except MessageUnreadable:  # of a SECRET_KEY that is no longer known
        return None
    return DeviceKey(device.pk, device.member_id, number, key)


def is_email_proven(member: Member) -> bool:
    """Whether the address a member gives is the one that they proved to read."""
    return VerifiedEmail.objects.filter(
        member=member, email_digest=email_digest(member.email)
    ).exists()
