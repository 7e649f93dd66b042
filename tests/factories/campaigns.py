"""Segments for tests."""

from typing import Any

from campaigns import services as campaigns_services
from campaigns.models import Segment
from ledger.services import Act
from stores import services as stores_services
from tests.factories.stores import NOON


def all_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "all", "of": list(conditions)}


def any_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "any", "of": list(conditions)}


def none_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "of": list(conditions)}


def a_segment(
    *conditions: dict[str, Any], by: Act | None = None, **facts: Any
) -> Segment:
    """A segment of all who meet these conditions, or of the one group that is given."""
    rules = conditions[0] if "of" in conditions[0] else all_of(*conditions)
    segment = Segment(**{"name": f"Segment {Segment.objects.count() + 1}", **facts})
    return campaigns_services.save_segment(
        segment=segment,
        rules=rules,
        by=by or stores_services.act(task="test", at=NOON),
        at=NOON,
    )
