"""What the worker does at a moment, and what became of a message."""

from datetime import datetime, timedelta
from typing import Any

import time_machine

from members import services as members_services
from members.models import Member, Purpose
from messaging import tasks
from messaging.models import Message
from tests.factories.members import by_themselves
from tests.factories.messaging import a_member, sent, template
from tests.factories.stores import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tick(at: datetime = NOON, *channels: str) -> None:
    """What the worker does at a moment."""
    with time_machine.travel(at, tick=False):
        for channel in channels or ("sms", "email", "inbox"):
            tasks.send_channel(channel=channel)


def look_after(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        tasks.look_after_messages()


def now_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def news_of(message: Message) -> list[str]:
    return list(message.events.order_by("pk").values_list("kind", flat=True))


def agreed(*channels: str, **fields: Any) -> Member:
    """Somebody who agreed to offers, and to surveys."""
    member = a_member(**fields)
    for purpose in (Purpose.MARKETING, Purpose.SURVEY):
        members_services.give_consent(
            member_id=member.pk,
            purpose=purpose,
            channels=channels or ("sms", "email"),
            by=by_themselves(member),
            at=NOON - DAY,
        )
    return member


def offer(to: Member, *, at: datetime = NOON, **options: Any) -> Message:
    version = options.pop("version", None) or template(purpose=Purpose.MARKETING)
    return sent(version, to=to, channel="sms", at=at, **options)


# --- Leaving ------------------------------------------------------------------------
