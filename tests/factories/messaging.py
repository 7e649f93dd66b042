"""Templates and messages for tests."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from members.models import Member, Purpose
from messaging import services as messaging_services
from messaging.models import Message, MessageTemplateVersion
from messaging.services import OutgoingMessage, Words
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

_numbers = itertools.count(1)
CHANNELS = ("inbox", "email", "sms")


def words_for(
    *channels: str, body: str = "Hello {{ member }}, {{ what }} waits.", **more: str
) -> list[Words]:
    """The same words on each channel, in every language, its code in front."""
    return [
        Words(
            channel=channel,
            language=language,
            subject=more.get("subject", "For {{ member }}") if channel != "sms" else "",
            body=f"[{language}] {body}",
            html=more.get("html", "") if channel == "email" else "",
            provider_template=more.get("provider_template", ""),
        )
        for channel in channels
        for language, _name in settings.LANGUAGES
    ]


def template(
    *channels: str,
    code: str = "",
    purpose: str = Purpose.TRANSACTIONAL,
    values: Mapping[str, str] | None = None,
    at: datetime = NOON,
    waits_at_night: bool = False,
    **words: str,
) -> MessageTemplateVersion:
    """A template in use; it asks for `what`, unless other values are named."""
    return messaging_services.publish_template(
        code=code or f"template_{next(_numbers)}",
        name="A template",
        purpose=purpose,
        values={"what": "text"} if values is None else values,
        words=words_for(*(channels or CHANNELS), **words),
        waits_at_night=waits_at_night,
        by=an_act(),
        at=at,
    )


def outgoing(
    version: MessageTemplateVersion,
    *,
    to: Member | None = None,
    channel: str = "email",
    **options: Any,
) -> OutgoingMessage:
    """A message as a caller says it."""
    member_id = None if options.get("address") else (to or a_member()).pk
    return OutgoingMessage(
        **{
            "key": f"test:{next(_numbers)}",
            "template": version.template.code,
            "channel": channel,
            "member_id": member_id,
            "values": dict.fromkeys(version.values, "tea"),
            **options,
        }
    )


def a_member(**fields: Any) -> Member:
    """Somebody with a phone and an e-mail address who reads English."""
    number = next(_numbers)
    return MemberFactory.create(
        **{"email": f"guest{number}@example.com", "language": "en", **fields}
    )


def sent(
    version: MessageTemplateVersion, *, at: datetime = NOON, **options: Any
) -> Message:
    """A message that was decided."""
    return messaging_services.send_message(message=outgoing(version, **options), at=at)
