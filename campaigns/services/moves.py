"""How far a journey comes at one go, and writing it down for all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from django.db import connection

from campaigns.journeys import DueJourney
from campaigns.kinds import JourneyOutcome
from campaigns.models import CampaignStep
from common.arrays import integers, texts

WRITE: Final = """
UPDATE campaigns_journey j
   SET next_position = CASE WHEN new.outcome = '' THEN new.position END,
       due_at = CASE WHEN new.outcome = '' THEN new.due_at END,
       ended_at = CASE WHEN new.outcome <> '' THEN %s::timestamptz END,
       outcome = new.outcome
  FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[])
       new (id, position, due_at, outcome)
 WHERE j.id = new.id
"""


@dataclass(slots=True)
class Move:
    """A journey under its lock, and where it will stand."""

    journey: DueJourney
    position: int
    due_at: datetime | None = None
    outcome: str = ""

    @classmethod
    def start(cls, journey: DueJourney) -> Self:
        """From where it stands."""
        return cls(journey, journey.next_position or 1)

    @classmethod
    def end(cls, journey: DueJourney, outcome: str) -> Self:
        """Over at once."""
        return cls(journey, journey.next_position or 1, outcome=outcome)

    @property
    def is_over(self) -> bool:
        return self.outcome != ""

    def is_at(self, step: CampaignStep) -> bool:
        """Whether this step is its next, and to be done now."""
        return (
            not self.is_over and self.due_at is None and self.position == step.position
        )

    def pass_by(self, step: CampaignStep) -> None:
        """The step is done, or is not for its variant."""
        self.position = step.position + 1

    def wait(self, step: CampaignStep, until: datetime) -> None:
        """What comes after the step is due later."""
        self.position, self.due_at = step.position + 1, until

    def end_with(self, outcome: str) -> None:
        """No step is done any more."""
        self.outcome = outcome

    def finish(self) -> None:
        """Who waits for nothing has done all steps."""
        if not self.is_over and self.due_at is None:
            self.outcome = JourneyOutcome.DONE


def write(moves: Sequence[Move], *, at: datetime) -> None:
    """A step: the journeys stand where their moves ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                at,
                integers(move.journey.pk for move in moves),
                integers(move.position for move in moves),
                texts(
                    None if move.due_at is None else move.due_at.isoformat()
                    for move in moves
                ),
                texts(str(move.outcome) for move in moves),
            ],
        )
