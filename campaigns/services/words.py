"""Messages of campaigns: what each is told, in the transaction of what it tells of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import override

from campaigns.models import Campaign, CampaignStep, Grant, JourneyMessage
from campaigns.occasions import house_zone
from messaging import selectors as messaging_selectors
from messaging import services as messaging_services
from messaging.errors import MessageTemplateUnknown
from messaging.services import OutgoingMessage
from messaging.services.send import HOUSE_LANGUAGE
from messaging.values import Value

from .moves import Move

# A greeting that could not leave for so long is none any more.
LASTS: Final = timedelta(days=7)


@transaction.atomic(savepoint=False)
def write_to(
    campaign: Campaign, step: CampaignStep, moves: Sequence[Move], *, at: datetime
) -> None:
    """A step: the message of a step to each of them, by each of its channels.

    Raises MessageTemplateUnknown, ChannelWithoutWords, MessageRefused.
    """
    template = step.template
    if template is None:
        return
    versions = messaging_selectors.current_versions({template.code})
    if template.code not in versions:
        raise MessageTemplateUnknown(template=template.code)
    asked = versions[template.code].values
    gifts = _last_gifts(moves)
    whom = [(move, channel) for move in moves for channel in step.channels]
    written = messaging_services.send_messages(
        messages=[
            _message(
                campaign,
                step,
                move,
                channel,
                {name: gifts.get(move.journey.pk, {}).get(name, "") for name in asked},
                at,
            )
            for move, channel in whom
        ],
        at=at,
    )
    JourneyMessage.objects.bulk_create(
        JourneyMessage(
            journey=move.journey, campaign=campaign, step=step, message=message
        )
        for (move, _channel), message in zip(whom, written, strict=True)
    )


def _message(
    campaign: Campaign,
    step: CampaignStep,
    move: Move,
    channel: str,
    values: dict[str, Value],
    at: datetime,
) -> OutgoingMessage:
    if step.template is None:
        raise ValueError(step.pk)
    return OutgoingMessage(
        key=f"campaign:{move.journey.pk}:{step.position}:{channel}",
        template=step.template.code,
        channel=channel,
        member_id=move.journey.member_id,
        values=values,
        expires_at=at + LASTS,
        priority=campaign.priority,
        store_id=campaign.store_id,
    )


def _last_gifts(moves: Sequence[Move]) -> dict[int, dict[str, Value]]:
    """What each was given last, as a message tells it, in the reader's language."""
    told: dict[int, dict[str, Value]] = {}
    grants = Grant.objects.filter(journey__in=[move.journey.pk for move in moves])
    for grant in grants.select_related("coupon__version", "member").order_by("pk"):
        mine = told.setdefault(grant.journey_id, {})
        if grant.coupon is None:
            mine["points"] = grant.points
            continue
        last = grant.coupon.valid_until - timedelta(seconds=1)
        mine["until"] = last.astimezone(house_zone()).date()
        with override(grant.member.language or HOUSE_LANGUAGE):
            mine["coupon"] = grant.coupon.version.name
    return told
