"""Where a message goes: what a member gives at that moment, or a sealed address."""

from .encryption import decrypt
from .models import Message, MessageChannel


def address_of(message: Message) -> str:
    """The address to send to; nothing where there is none.

    Raises MessageUnreadable.
    """
    if message.sealed_address:
        return decrypt(message.sealed_address)
    if message.member is None:
        return ""
    if message.channel == MessageChannel.EMAIL:
        return message.member.email
    if message.channel == MessageChannel.SMS:
        return message.member.phone or ""
    if message.channel == MessageChannel.INBOX:
        return f"#{message.member_id}"
    return ""
