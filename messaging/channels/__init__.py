"""The ways by which messages leave."""

from members.models import Purpose
from messaging.models import MessageChannel

from .base import Capabilities, Letter, MessageCarrier, SendResult, SendStatus
from .email import EmailCarrier
from .inbox import InboxCarrier
from .sms import sms_carrier
from .wechat import WeChatCarrier

__all__ = [
    "Capabilities",
    "Letter",
    "MessageCarrier",
    "SendResult",
    "SendStatus",
    "all_carriers",
    "can_send",
    "carrier_by_code",
    "carrier_for",
]


def carrier_for(channel: str, *, purpose: str) -> MessageCarrier:
    """What carries a message of this channel and purpose."""
    if channel == MessageChannel.EMAIL:
        return EmailCarrier(is_marketing=purpose != Purpose.TRANSACTIONAL)
    if channel == MessageChannel.SMS:
        return sms_carrier()
    if channel == MessageChannel.WECHAT:
        return WeChatCarrier()
    return InboxCarrier()


def all_carriers() -> list[MessageCarrier]:
    """Every one that there is, set up or not."""
    return [
        InboxCarrier(),
        EmailCarrier(is_marketing=False),
        EmailCarrier(is_marketing=True),
        sms_carrier(),
        WeChatCarrier(),
    ]


def carrier_by_code(code: str) -> MessageCarrier | None:
    """The one that a message left by, if it is still there."""
    return next((one for one in all_carriers() if one.code == code), None)


def can_send(channel: str) -> bool:
    """Whether messages about somebody's own business leave by it."""
    return carrier_for(channel, purpose=Purpose.TRANSACTIONAL).is_set_up()
