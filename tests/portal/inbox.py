"""A message that a member finds in the app."""

from members.models import Member
from messaging import tasks
from messaging.models import Message
from tests.factories.messaging import sent, template


def inbox_message(member: Member) -> Message:
    """Written and there."""
    message = sent(template("inbox"), to=member, channel="inbox")
    tasks.send_channel(channel="inbox")
    message.refresh_from_db()
    return message
