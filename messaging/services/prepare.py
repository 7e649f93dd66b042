"""Writing what is about to leave, for all that were taken up at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from structlog import get_logger

from common.tables import zone_of
from members.models import Purpose
from messaging import rendering
from messaging.addresses import address_of
from messaging.channels import Letter, MessageCarrier, carrier_for
from messaging.encryption import decrypt_values
from messaging.links import unsubscribe_link
from messaging.models import Message, MessageReason, MessageState, MessageText

from .dispatch import TakenUp
from .states import move

type Texts = Mapping[tuple[int, str, str], MessageText]
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """A message ready to leave, and what carries it."""

    message: Message
    attempt: int
    letter: Letter
    carrier: MessageCarrier


def prepare(
    *, taken: Sequence[TakenUp], brand: str, at: datetime
) -> list[PreparedMessage]:
    """The words as they leave, in the same order, in two statements for all of them.

    What is somebody else's by now is left out, and so is what cannot be written: that
    stops this message, and no other.
    """
    mine = Message.objects.filter(
        pk__in=[one.message_id for one in taken], state=MessageState.SENDING
    ).select_related("member__home_store", "store", "version__template")
    found = {message.pk: message for message in mine}
    texts = _texts(found.values())
    prepared = []
    for one in taken:
        message = found.get(one.message_id)
        if message is None or message.attempts != one.attempt:
            continue
        written = _prepare(message, texts, brand=brand, at=at)
        if written is not None:
            prepared.append(written)
    return prepared


def _prepare(
    message: Message, texts: Texts, *, brand: str, at: datetime
) -> PreparedMessage | None:
    carrier = carrier_for(message.channel, purpose=message.purpose)
    try:
        letter = letter_of(message, texts, brand=brand)
    except Exception:
        log.exception("message_unwritten", message_id=message.pk)
        _stop(message, at)
        return None
    return PreparedMessage(message, message.attempts, letter, carrier)


def _texts(messages: Iterable[Message]) -> Texts:
    """The words that they need."""
    rows = list(messages)
    wanted = MessageText.objects.filter(
        version__in={one.version_id for one in rows},
        channel__in={one.channel for one in rows},
        language__in={one.language for one in rows},
    )
    return {(text.version_id, text.channel, text.language): text for text in wanted}


def _stop(message: Message, at: datetime) -> None:
    with transaction.atomic():
        move(
            [message.pk],
            to=MessageState.FAILED,
            reason=MessageReason.WORDS,
            at=at,
            only_from=(MessageState.SENDING,),
            counted_on=None,
        )


def letter_of(message: Message, texts: Texts, *, brand: str) -> Letter:
    """What leaves: the words of its version, filled in its language."""
    text = texts[message.version_id, message.channel, message.language]
    zone = (
        zone_of(message) if message.store_id else zone_of(message.member, "home_store")
    )
    offers = message.purpose != Purpose.TRANSACTIONAL
    link = unsubscribe_link(message.public_id) if offers else ""
    written = rendering.write(
        message,
        text,
        secrets=decrypt_values(message.sealed_values),
        brand=brand,
        zone=zone,
        unsubscribe=link,
    )
    return Letter(
        public_id=message.public_id,
        address=address_of(message),
        subject=written.subject,
        body=written.body,
        html=written.html,
        purpose=message.purpose,
        language=message.language,
        provider_template=text.provider_template,
        values=written.values,
        pictures=written.pictures,
        unsubscribe=link,
    )
