"""Messages of campaigns: what each is told, in the transaction of what it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import override

from campaigns.days import house_zone
from campaigns.kinds import OCCASION_VALUES, JourneyOutcome
from campaigns.models import Campaign, CampaignStep, Grant, JourneyMessage
from campaigns.occasion_values import occasion_values
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
    told = _told_by_the_occasion(campaign, moves, asked, at)
    moves = [move for move in moves if not move.is_over]
    whom = [(move, channel) for move in moves for channel in step.channels]
    written = messaging_services.send_messages(
        messages=[
            _message(
                campaign,
                step,
                move,
                channel,
                _values(asked, gifts, told, move.journey.pk),
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


def _told_by_the_occasion(
    campaign: Campaign,
    moves: Sequence[Move],
    asked: Mapping[str, str],
    at: datetime,
) -> dict[int, dict[str, Value]]:
    """What each is told; for whom a fact that the words ask for is not there any more,
    the occasion has passed.
    """
    wanted = set(asked) & set(OCCASION_VALUES.get(campaign.kind, {}))
    if not wanted:
        return {}
    told = occasion_values(campaign, [move.journey for move in moves], at=at)
    for move in moves:
        if wanted - set(told.get(move.journey.pk, {})):
            move.end_with(JourneyOutcome.PASSED)
    return told


def _values(
    asked: Mapping[str, str],
    gifts: Mapping[int, dict[str, Value]],
    told: Mapping[int, dict[str, Value]],
    journey_id: int,
) -> dict[str, Value]:
    known = gifts.get(journey_id, {}) | told.get(journey_id, {})
    return {name: known.get(name, "") for name in asked}


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
