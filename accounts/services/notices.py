"""Telling members by the way that nobody just used: a new device, a new phone."""

from datetime import datetime
from typing import Final

from accounts.models import MemberDevice, SignInCode
from accounts.selectors import is_email_proven
from members import phones
from members.models import Member
from messaging import services as messaging_services
from messaging.models import MessageChannel
from messaging.services import OutgoingMessage

NEW_DEVICE: Final = "new_device"
PHONE_CHANGED: Final = "phone_changed"


def tell_new_device(
    *, member: Member, device: MemberDevice, proven: SignInCode, at: datetime
) -> None:
    """A step: by e-mail where the code came to the phone and an address is proven, to
    the phone where it came by e-mail; in the inbox else.
    """
    messaging_services.send_message(
        message=OutgoingMessage(
            key=f"new_device:{device.pk}",
            template=NEW_DEVICE,
            channel=_other_way(member, proven),
            member_id=member.pk,
            values={"device": device.name or "–"},
            priority=100,
        ),
        at=at,
    )


def tell_phone_change(*, member: Member, code: SignInCode, at: datetime) -> None:
    """A step, before it is changed: the phone of before is told."""
    if not member.phone:
        return
    messaging_services.send_message(
        message=OutgoingMessage(
            key=f"phone_changed:{code.pk}",
            template=PHONE_CHANGED,
            channel=MessageChannel.SMS,
            address=member.phone,
            language=member.language,
            values={"phone": phones.masked(member.phone)},
            priority=100,
        ),
        at=at,
    )


def _other_way(member: Member, proven: SignInCode) -> MessageChannel:
    if "@" in proven.phone_hint:
        return MessageChannel.SMS if member.phone else MessageChannel.INBOX
    return MessageChannel.EMAIL if is_email_proven(member) else MessageChannel.INBOX
