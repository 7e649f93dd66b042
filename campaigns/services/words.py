"""Messages of campaigns: what each is told, in the transaction of what it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import override

from campaigns.days import house_zone
from campaigns.kinds import OCCASION_VALUES, JourneyOutcome
from campaigns.models import Campaign, CampaignStep
from campaigns.occasion_values import occasion_values
from common.arrays import integers
from coupons.models import TemplateVersion
from messaging import selectors as messaging_selectors
from messaging import services as messaging_services
from messaging.errors import MessageTemplateUnknown
from messaging.services import Mailing
from messaging.services.send import HOUSE_LANGUAGE
from messaging.values import Value

from .moves import Move

# A greeting that could not leave for so long is none any more.
LASTS: Final = timedelta(days=7)
GIVEN: Final = """
SELECT g.journey_id, g.points, c.version_id, c.valid_until, m.language
  FROM campaigns_grant g JOIN members_member m ON m.id = g.member_id
  LEFT JOIN coupons_coupon c ON c.id = g.coupon_id
 WHERE g.journey_id = ANY (%s::bigint[]) ORDER BY g.id
"""
NOTE: Final = """
INSERT INTO campaigns_journeymessage (campaign_id, step_id, journey_id, message_id)
SELECT %s, %s, due.journey, due.message
  FROM unnest(%s::bigint[], %s::bigint[]) due (journey, message)
"""


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
    values = {
        move.journey.member_id: _values(asked, gifts, told, move.journey.pk)
        for move in moves
    }
    for channel in step.channels:
        written = messaging_services.send_to_members(
            mailing=Mailing(
                template=template.code,
                channel=channel,
                expires_at=at + LASTS,
                priority=campaign.priority,
                store_id=campaign.store_id,
            ),
            keys={
                move.journey.member_id: (
                    f"campaign:{move.journey.pk}:{step.position}:{channel}"
                )
                for move in moves
            },
            values=values,
            at=at,
        )
        _note(campaign, step, moves, written)


def _note(
    campaign: Campaign,
    step: CampaignStep,
    moves: Sequence[Move],
    written: Mapping[int, int],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            [
                campaign.pk,
                step.pk,
                integers(move.journey.pk for move in moves),
                integers(written[move.journey.member_id] for move in moves),
            ],
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
    coupons = _Coupons()
    with connection.cursor() as cursor:
        cursor.execute(GIVEN, [integers(move.journey.pk for move in moves)])
        rows = cursor.fetchall()
    for journey, points, version, valid_until, language in rows:
        if version is None:
            told.setdefault(journey, {})["points"] = points
        else:
            told.setdefault(journey, {}).update(
                coupons.told(version, valid_until, language)
            )
    return told


class _Coupons:
    """What is told of coupons, looked up once for each last day and language."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, datetime, str], dict[str, Value]] = {}

    def told(
        self, version_id: int, valid_until: datetime, language: str
    ) -> dict[str, Value]:
        """In the language of whoever reads it; the last day by the house's clock."""
        asked = version_id, valid_until, language
        if asked not in self._known:
            last = valid_until - timedelta(seconds=1)
            with override(language or HOUSE_LANGUAGE):
                self._known[asked] = {
                    "until": last.astimezone(house_zone()).date(),
                    "coupon": TemplateVersion.objects.get(pk=version_id).name,
                }
        return self._known[asked]
