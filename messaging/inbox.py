"""Messages in the app, as their reader reads them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from policies import selectors as policies_selectors
from policies.models import ShopPolicy

from . import rendering
from .models import Message, MessageChannel, MessageState


@dataclass(frozen=True, slots=True)
class InboxLetter:
    """A message in the app as its reader reads it."""

    pk: int
    at: datetime
    subject: str
    body: str
    is_read: bool


def inbox_of(member_id: int, *, at: datetime, most: int) -> list[InboxLetter]:
    """What a member finds in the app, the latest first."""
    rows = _inbox(member_id)[:most]
    brand = policies_selectors.in_force(ShopPolicy, at=at).brand
    return [_letter(row, brand) for row in rows]


def inbox_letter(member_id: int, *, letter_id: int, at: datetime) -> InboxLetter | None:
    """One of a member's messages in the app; None: not theirs."""
    row = _inbox(member_id).filter(pk=letter_id).first()
    brand = policies_selectors.in_force(ShopPolicy, at=at).brand
    return None if row is None else _letter(row, brand)


def _inbox(member_id: int) -> QuerySet[Message]:
    return (
        Message.objects.filter(
            member=member_id,
            channel=MessageChannel.INBOX,
            state__in=[MessageState.ACCEPTED, MessageState.DELIVERED],
        )
        .select_related("member", "store", "version__template")
        .prefetch_related("version__texts")
        .order_by("-pk")
    )


def _letter(row: Message, brand: str) -> InboxLetter:
    texts = [text for text in row.version.texts.all() if text.channel == row.channel]
    text = next((one for one in texts if one.language == row.language), texts[0])
    written = rendering.write(
        row, text, secrets={}, brand=brand, zone=row.store.zone if row.store else None
    )
    at = row.accepted_at or row.created_at
    return InboxLetter(
        row.pk, at, written.subject, written.body, row.read_at is not None
    )
