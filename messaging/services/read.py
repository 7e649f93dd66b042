"""A message in the app was read."""

from datetime import datetime

from django.db import transaction

from messaging.models import Message, MessageChannel


@transaction.atomic
def mark_read(*, message_id: int, at: datetime) -> None:
    """The first time stays."""
    Message.objects.filter(
        pk=message_id, channel=MessageChannel.INBOX, read_at=None
    ).update(read_at=at)
