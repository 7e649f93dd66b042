"""Journeys that are due, as the engine takes very many of them up at once."""

from datetime import datetime
from typing import NamedTuple


class DueJourney(NamedTuple):
    """What doing its next steps asks of a journey, under its lock."""

    pk: int
    member_id: int
    version: int
    period: str
    arm: str
    next_position: int | None
    entered_at: datetime
