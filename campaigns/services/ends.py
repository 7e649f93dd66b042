"""Why a journey goes no further, asked again at the moment of each step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef

from campaigns.journeys import DueJourney
from campaigns.kinds import SPARES_COMPLAINTS, CampaignKind, JourneyOutcome, StepKind
from campaigns.models import Campaign, CampaignStep, Journey
from campaigns.occasion_ends import passed
from campaigns.reach import consents_for
from common.arrays import integers
from recognition.models import Feedback, Visit

# Whom nothing keeps are not told: of very many members hardly any are.
GONE: Final = """
SELECT due.member FROM unnest(%s::bigint[]) due (member)
 WHERE NOT EXISTS (SELECT FROM members_member m
                    WHERE m.id = due.member AND m.status = 'active')
"""
UNCONSENTED: Final = """
SELECT due.member FROM unnest(%s::bigint[]) due (member)
 WHERE NOT EXISTS (SELECT FROM members_consentnow c
                    WHERE c.member_id = due.member AND c.granted
                      AND c.purpose = ANY (%s::text[]) AND c.channel = ANY (%s::text[]))
"""
UNCURED = ("open", "owned")


def ends_of(
    campaign: Campaign,
    journeys: Sequence[DueJourney],
    plans: Mapping[int, Sequence[CampaignStep]],
    *,
    at: datetime,
) -> dict[int, JourneyOutcome]:
    """The journeys that are over now, and why; the first reason is told."""
    over: dict[int, JourneyOutcome] = {}
    members = [journey.member_id for journey in journeys]
    gone = _found(GONE, [integers(members)])
    returned = _returned(campaign, journeys, plans)
    complaining = _complaining(campaign, members)
    over_now = passed(campaign, journeys, at=at)
    for journey in journeys:
        if journey.member_id in gone:
            over[journey.pk] = JourneyOutcome.GONE
        elif journey.pk in returned:
            over[journey.pk] = JourneyOutcome.RETURNED
        elif journey.member_id in complaining:
            over[journey.pk] = JourneyOutcome.COMPLAINT
        elif journey.pk in over_now:
            over[journey.pk] = JourneyOutcome.PASSED
    for version, steps in plans.items():
        rest = [one for one in journeys if one.version == version]
        for pk in _unconsented([one for one in rest if one.pk not in over], steps):
            over[pk] = JourneyOutcome.CONSENT
    return over


def _returned(
    campaign: Campaign,
    journeys: Sequence[DueJourney],
    plans: Mapping[int, Sequence[CampaignStep]],
) -> set[int]:
    """Who came since, where a visit is what it is all about."""
    watched = [
        journey.pk
        for journey in journeys
        if campaign.kind == CampaignKind.WIN_BACK
        or any(
            step.kind == StepKind.WAIT_VISIT
            for step in plans[journey.version]
            if step.position < (journey.next_position or 0)
        )
    ]
    came = Visit.objects.filter(
        member=OuterRef("member"), at__gt=OuterRef("entered_at"), voided_at=None
    )
    found = Journey.objects.filter(pk__in=watched)
    return set(found.filter(Exists(came)).values_list("pk", flat=True))


def _complaining(campaign: Campaign, members: Sequence[int]) -> set[int]:
    """Nobody is wooed back, or asked, who waits for an answer."""
    if campaign.kind not in SPARES_COMPLAINTS:
        return set()
    uncured = Feedback.objects.filter(member__in=members, state__in=UNCURED)
    return set(uncured.values_list("member", flat=True))


def _unconsented(
    journeys: Sequence[DueJourney], steps: Sequence[CampaignStep]
) -> list[int]:
    """Who may not be written to by any of the channels that are still to come."""
    gone = []
    for position in {journey.next_position or 1 for journey in journeys}:
        here = [one for one in journeys if (one.next_position or 1) == position]
        purposes, channels = consents_for(
            step for step in steps if step.position >= position
        )
        if not purposes:
            continue
        members = integers(one.member_id for one in here)
        may_not = _found(UNCONSENTED, [members, purposes, channels])
        gone += [one.pk for one in here if one.member_id in may_not]
    return gone


def _found(sql: str, params: list[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {int(row[0]) for row in cursor.fetchall()}
