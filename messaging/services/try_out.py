"""A message to oneself, to see how it arrives."""

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from ledger.services import Act
from members.models import Purpose
from messaging.errors import MessageRefused, MessageTemplateUnknown
from messaging.models import Message, MessageTemplate
from messaging.rendering import TRY
from messaging.selectors import current_versions
from messaging.values import Value, sample
from stores import services as stores_services

from .send import OutgoingMessage, build_message
from .templates import MANAGE

MOST_A_DAY: Final = 50


@transaction.atomic
def try_out(
    *,
    template_id: int,
    channel: str,
    language: str,
    address: str,
    by: Act,
    at: datetime,
) -> Message:
    """Send the words in use with sample values to an address of one's own.

    It is nobody's offer: no consent is asked, and no cap counts it. Raises
    MessageTemplateUnknown, ChannelWithoutWords, MessageRefused, NotAllowed.
    """
    stores_services.require_for(by, MANAGE)
    template = MessageTemplate.objects.filter(pk=template_id, is_active=True).first()
    version = current_versions([template.code]).get(template.code) if template else None
    if template is None or version is None:
        raise MessageTemplateUnknown(template=str(template_id))
    key = f"{TRY}{by.staff_id}:{by.business_date:%Y%m%d}:"
    if Message.objects.filter(key__startswith=key).count() >= MOST_A_DAY:
        raise MessageRefused(_("Enough tries for today."))
    zone = get_default_timezone()
    values: dict[str, Value] = {}
    for name, kind in version.values.items():
        found: Value = sample(kind, at=at)
        if kind == "date":
            found = at.astimezone(zone).date()
        values[name] = at if kind == "moment" else found
    row = build_message(
        OutgoingMessage(
            key=f"{key}{uuid.uuid4()}",
            template=template.code,
            channel=channel,
            address=address,
            values=values,
            language=language,
            store_id=by.store_id,
        ),
        version,
        {},
        at,
    )
    row.purpose = Purpose.TRANSACTIONAL
    row.save(force_insert=True)
    stores_services.record_act(
        name="messaging.tried_out",
        by=by,
        at=at,
        subject=template,
        facts={"channel": channel},
    )
    return row
