"""Campaigns, when a member is merged, exported or erased."""

from datetime import datetime
from typing import Any

from django.db import connection

from ledger.services import Act
from members.parts import Rows

from .models import Grant, Journey

# What both had of one campaign for one period stays where it was, and goes on no more.
END_DOUBLES = """
UPDATE campaigns_journey j
   SET next_position = NULL, due_at = NULL, ended_at = %(at)s, outcome = 'gone'
 WHERE j.member_id = %(source)s AND j.due_at IS NOT NULL
   AND EXISTS (SELECT FROM campaigns_journey other WHERE other.member_id = %(target)s
                AND other.campaign_id = j.campaign_id AND other.period = j.period)
"""
MOVE_JOURNEYS = """
UPDATE campaigns_journey j SET member_id = %(target)s
 WHERE j.member_id = %(source)s
   AND NOT EXISTS (SELECT FROM campaigns_journey other
                    WHERE other.member_id = %(target)s
                      AND other.campaign_id = j.campaign_id AND other.period = j.period)
"""
MOVE_GRANTS = """
UPDATE campaigns_grant g SET member_id = j.member_id
  FROM campaigns_journey j
 WHERE j.id = g.journey_id AND g.member_id = %(source)s AND j.member_id = %(target)s
"""


class CampaignsPart:
    """Which campaigns wrote to a member, and what they got."""

    word = "campaigns"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """What one was in, the other was in: nobody gets a gift twice by a merge."""
        facts: dict[str, Any] = {"source": source_id, "target": target_id, "at": at}
        with connection.cursor() as cursor:
            for statement in (END_DOUBLES, MOVE_JOURNEYS, MOVE_GRANTS):
                cursor.execute(statement, facts)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Which campaigns they were in, and what they got."""
        journeys = Journey.objects.filter(member=member_id).order_by("pk")
        grants = Grant.objects.filter(member=member_id).order_by("pk")
        return {
            "campaigns": [
                dict(row)
                for row in journeys.values(
                    "campaign__name", "period", "arm", "entered_at", "outcome"
                )
            ],
            "gifts of campaigns": [
                dict(row)
                for row in grants.values("campaign__name", "coupon", "points", "at")
            ],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """What was given is told by coupons and points."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Nothing more is done for them; a journey knows a number only."""
        Journey.objects.filter(member=member_id, due_at__isnull=False).update(
            next_position=None, due_at=None, ended_at=at, outcome="gone"
        )
