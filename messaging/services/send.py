"""Deciding that somebody is written to: a row in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.errors import IdempotencyConflict
from members import phones
from members.errors import MemberUnknown
from members.models import Member
from messaging.encryption import address_digest, encrypt, encrypt_values
from messaging.errors import ChannelWithoutWords, MessageRefused, MessageTemplateUnknown
from messaging.models import (
    Message,
    MessageChannel,
    MessageState,
    MessageTemplateVersion,
)
from messaging.selectors import current_versions
from messaging.values import Value, check_values

LONGEST_KEY: Final = 160
LONGEST_ADDRESS: Final = 254
PRIORITIES: Final = range(-100, 101)
AT_ONCE: Final = 1000
# For whoever has not said which they read.
HOUSE_LANGUAGE: Final = "zh-hans"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message to one person, as whoever decides it says it.

    `key` is unique among all messages: the same again is the same message. `template`
    is the code of one in use; its purpose decides whether a consent is needed. To a
    member (`member_id`), who is then reached at what they gave by the time it is sent,
    or to whoever is no member at `address` (an e-mail address, a phone in E.164), which
    is kept encrypted. `values` are those that the template declares, no more and no
    fewer: str, int (amounts in minor units), aware datetimes, dates. `language` empty:
    the member's own. Not sent before `not_before` (empty: at once), nor from
    `expires_at` on. A higher `priority` has the slot where a member may get only so
    many. `store_id` is whose page of messages shows it; empty: the member's home store.
    """

    key: str
    template: str
    channel: str
    member_id: int | None = None
    address: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    language: str = ""
    not_before: datetime | None = None
    expires_at: datetime | None = None
    priority: int = 0
    store_id: int | None = None


@transaction.atomic(savepoint=False)
def send_message(*, message: OutgoingMessage, at: datetime) -> Message:
    """A step: one message, there if and only if the caller's transaction commits.

    A worker sends it as soon as it may: within seconds, once it is due, is consented
    to, and the quiet hours and caps allow. The same key again gives the first message.
    Raises MessageTemplateUnknown, ChannelWithoutWords, MessageRefused, MemberUnknown,
    IdempotencyConflict (the key was used for something else).
    """
    return send_messages(messages=[message], at=at)[0]


@transaction.atomic(savepoint=False)
def send_messages(
    *, messages: Sequence[OutgoingMessage], at: datetime
) -> list[Message]:
    """A step: the same for many at once, in a handful of statements for each thousand.

    All of them or, where one is refused, none.
    """
    found: list[Message] = []
    for start in range(0, len(messages), AT_ONCE):
        found += _send(messages[start : start + AT_ONCE], at=at)
    return found


def _send(messages: Sequence[OutgoingMessage], *, at: datetime) -> list[Message]:
    versions = current_versions({message.template for message in messages})
    ids = {one.member_id for one in messages if one.member_id is not None}
    members = Member.objects.in_bulk(ids)
    rows = [
        build_message(message, versions.get(message.template), members, at)
        for message in messages
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    written = {
        row.key: row
        for row in Message.objects.filter(key__in=[row.key for row in rows])
    }
    if any(written[row.key].fingerprint != row.fingerprint for row in rows):
        raise IdempotencyConflict
    return [written[row.key] for row in rows]


def build_message(
    message: OutgoingMessage,
    version: MessageTemplateVersion | None,
    members: Mapping[int, Member],
    at: datetime,
) -> Message:
    """The row of a message, checked, not written yet."""
    if version is None:
        raise MessageTemplateUnknown(template=message.template)
    check_message(message, at)
    member = _member(message, members)
    check_words(version, message.channel)
    values = check_values(version.values, message.values)
    begins = max(message.not_before or at, at)
    language = message.language or (member.language if member else "")
    return Message(
        key=message.key,
        fingerprint=_fingerprint(message),
        member=member,
        sealed_address=encrypt(message.address) if message.address else "",
        address_hint=hint_of(message.channel, message.address),
        address_digest=address_digest(message.channel, message.address)
        if message.address
        else "",
        store_id=message.store_id or (member.home_store_id if member else None),
        channel=message.channel,
        version=version,
        purpose=version.template.purpose,
        language=language or HOUSE_LANGUAGE,
        values=values.plain,
        sealed_values=encrypt_values(values.secret),
        priority=message.priority,
        not_before=begins,
        expires_at=message.expires_at,
        state=MessageState.WAITING,
        due_at=begins,
        created_at=at,
    )


def _member(message: OutgoingMessage, members: Mapping[int, Member]) -> Member | None:
    if message.member_id is None:
        return None
    member = members.get(message.member_id)
    if member is None:
        raise MemberUnknown
    return member


def check_words(version: MessageTemplateVersion, channel: str) -> None:
    if channel not in {text.channel for text in version.texts.all()}:
        raise ChannelWithoutWords(channel=channel)


def check_message(message: OutgoingMessage, at: datetime) -> None:
    """Refuse what could never arrive. Raises MessageRefused."""
    ends, begins = message.expires_at, max(message.not_before or at, at)
    checks = [
        (
            0 < len(message.key) <= LONGEST_KEY and message.key.isprintable(),
            _("The key of a message is too long."),
        ),
        (
            message.channel in MessageChannel.values,
            _("Choose a channel that there is."),
        ),
        (
            (message.member_id is None) != (message.address == "")
            or message.channel == MessageChannel.WECHAT,
            _("A message goes to a member, or to an address."),
        ),
        (
            not message.address or is_address(message.channel, message.address),
            _("This address does not fit the channel."),
        ),
        (
            not message.language or message.language in dict(settings.LANGUAGES),
            _("Choose a language that the shop speaks."),
        ),
        (
            ends is None or ends > begins,
            _("The message would be out of date before it leaves."),
        ),
        (message.priority in PRIORITIES, _("A priority lies between -100 and 100.")),
    ]
    wrong = next((sentence for is_right, sentence in checks if not is_right), "")
    if wrong:
        raise MessageRefused(wrong)


def is_address(channel: str, address: str) -> bool:
    """Whether a message of this channel could go there."""
    if not address.isprintable() or len(address) > LONGEST_ADDRESS:
        return False
    if channel == MessageChannel.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            return False
        return True
    if channel == MessageChannel.SMS:
        plain = address.removeprefix("+")
        return plain.isascii() and plain.isdecimal() and 7 <= len(plain) <= 15
    return channel == MessageChannel.WECHAT and address.isascii()


def hint_of(channel: str, address: str) -> str:
    """Enough of an address to recognise it by."""
    if not address:
        return ""
    if channel == MessageChannel.EMAIL:
        return phones.masked_email(address)[:80]
    if channel == MessageChannel.SMS:
        return phones.masked(address)
    return f"{address[:3]}***"


def _fingerprint(message: OutgoingMessage) -> str:
    """Of what was asked for; an address and a code leave no other trace in it."""
    asked = [
        message.template,
        message.channel,
        message.member_id,
        address_digest(message.channel, message.address),
        {name: str(value) for name, value in sorted(message.values.items())},
        message.language,
        message.not_before and message.not_before.isoformat(),
        message.expires_at and message.expires_at.isoformat(),
        message.priority,
        message.store_id,
    ]
    return address_digest("fingerprint", json.dumps(asked, default=str))
