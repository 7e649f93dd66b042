"""Signing out: one device, or all of them."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.acts import act_of_member
from accounts.errors import DeviceUnknown
from accounts.models import NO_KEY, MemberDevice, SignInPolicy
from policies import selectors as policies_selectors
from stores import services as stores_services

# A visit within it is not written down again.
SEEN_EVERY: Final = timedelta(hours=1)


def touch_device(*, device: MemberDevice, at: datetime) -> bool:
    """Note that a device is in use, once an hour: it stays signed in from then on."""
    if at < device.seen_at + SEEN_EVERY:
        return False
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    touched = MemberDevice.objects.filter(
        pk=device.pk, ended_at=None, seen_at__lt=at
    ).update(seen_at=at, expires_at=at + timedelta(days=policy.device_days))
    return touched == 1


@transaction.atomic
def sign_out(*, member_id: int, device_id: int, at: datetime) -> None:
    """A member's device is signed out at once; twice is harmless.

    Raises DeviceUnknown, for another's too.
    """
    mine = MemberDevice.objects.filter(pk=device_id, member_id=member_id)
    device = mine.first()
    if device is None:
        raise DeviceUnknown
    ended = mine.filter(ended_at=None).update(
        ended_at=at, end=MemberDevice.End.MEMBER, **NO_KEY
    )
    if ended:
        stores_services.record_act(
            name="accounts.signed_out",
            by=act_of_member(member_id, at=at),
            at=at,
            subject=device,
        )


@transaction.atomic
def sign_out_everywhere(*, member_id: int, at: datetime) -> int:
    """Every device of a member is signed out, this one too; how many were not yet."""
    ended = MemberDevice.objects.filter(member_id=member_id, ended_at=None).update(
        ended_at=at, end=MemberDevice.End.EVERYWHERE, **NO_KEY
    )
    if ended:
        stores_services.record_act(
            name="accounts.signed_out_everywhere",
            by=act_of_member(member_id, at=at),
            at=at,
            facts={"devices": ended},
        )
    return ended
