"""What readers of messages decide by a link, or by a word sent back."""

import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.services import Act
from members import selectors as members_selectors
from members import services as members_services
from members.errors import MemberNotActive
from members.models import Channel, Member, Purpose, Source
from messaging.encryption import address_digest
from messaging.errors import MessageRefused
from messaging.models import Message, MessageEvent, Suppression
from stores import services as stores_services

from .send import hint_of
from .suppress import leave_alone

# What people answer to texts, in full or half width, in any case.
WORDS_OF_REFUSAL: Final = frozenset({"退订", "退訂", "r", "stop", "td", "t", "拒收"})
OFFERED: Final = (Purpose.MARKETING, Purpose.SURVEY, Purpose.PARTNERS)
WAYS: Final = (Channel.EMAIL, Channel.SMS, Channel.INBOX)


@transaction.atomic
def unsubscribe(*, message_id: int, at: datetime) -> None:
    """Whoever got a message wants no more of its kind by its channel; twice is once."""
    message = Message.objects.select_related("member").get(pk=message_id)
    if message.member is not None and message.member.is_active:
        if message.purpose in OFFERED and message.channel in Channel.values:
            members_services.withdraw_consent(
                member_id=message.member.pk,
                purpose=message.purpose,
                channels=[message.channel],
                by=_themselves(message.member, at),
                at=at,
                source=Source.LINK,
            )
    elif message.address_digest:
        leave_alone(
            channel=message.channel,
            digest=message.address_digest,
            hint=message.address_hint,
            reason=Suppression.Reason.REFUSED,
            is_total=False,
            at=at,
        )
    if not message.events.filter(kind="unsubscribed").exists():
        MessageEvent.objects.create(message=message, kind="unsubscribed", at=at)


@transaction.atomic
def set_preferences(
    *, message_id: int, wanted: Collection[tuple[str, str]], at: datetime
) -> None:
    """The reader of a message says which offers they want, and how; all else ends.

    Raises MessageRefused, MemberNotActive.
    """
    offered = {(purpose, channel) for purpose in OFFERED for channel in WAYS}
    if not set(wanted) <= offered:
        raise MessageRefused(_("Choose one of what is offered."))
    member = Message.objects.select_related("member").get(pk=message_id).member
    if member is None or not member.is_active:
        raise MemberNotActive
    by = _themselves(member, at)
    standing = {
        (one.purpose, one.channel): one.granted
        for one in members_selectors.consents_standing(member.pk)
    }
    for purpose, channel in sorted(offered):
        same: dict[str, Any] = {
            "member_id": member.pk,
            "purpose": purpose,
            "channels": [channel],
        }
        if (purpose, channel) in wanted:
            if not standing.get((purpose, channel)):
                members_services.give_consent(**same, by=by, at=at, source=Source.LINK)
        elif standing.get((purpose, channel)):
            members_services.withdraw_consent(**same, by=by, at=at, source=Source.LINK)


@transaction.atomic
def hear_word(*, phone: str, text: str, at: datetime) -> bool:
    """A text that came in: whether it was a word of refusal, and is heeded.

    Who has this phone gets no more offers by text; a phone of nobody is left alone.
    """
    if not is_refusal(text):
        return False
    member = Member.objects.filter(phone=phone, status=Member.Status.ACTIVE).first()
    if member is not None:
        for purpose in OFFERED:
            members_services.withdraw_consent(
                member_id=member.pk,
                purpose=purpose,
                channels=[Channel.SMS],
                by=_themselves(member, at),
                at=at,
                source=Source.LINK,
            )
        return True
    leave_alone(
        channel="sms",
        digest=address_digest("sms", phone),
        hint=hint_of("sms", phone),
        reason=Suppression.Reason.REFUSED,
        is_total=False,
        at=at,
    )
    return True


def is_refusal(text: str) -> bool:
    """Whether a text that came in says "no more", and nothing else."""
    plain = unicodedata.normalize("NFKC", text).strip().strip(".!。！").casefold()
    return plain in WORDS_OF_REFUSAL


def _themselves(member: Member, at: datetime) -> Act:
    act = stores_services.act(task="messaging", at=at)
    return replace(act, actor=f"member:{member.pk}")
