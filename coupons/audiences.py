"""Whom the office means when it issues to a segment: described, then looked up."""

from django.db.models import QuerySet

from members.models import Member
from tiers.models import Standing

from .errors import AudienceRefused


def audience_of(described: dict[str, object]) -> QuerySet[Member] | None:
    """The active members that a description means; None is everyone.

    Raises AudienceRefused for a description that only its caller could look up.
    """
    of, pk = described.get("of"), described.get("pk")
    if of == "everyone":
        return None
    active = Member.objects.filter(status=Member.Status.ACTIVE)
    if of == "tag" and isinstance(pk, int):
        return active.filter(tags=pk)
    if of == "tier" and isinstance(pk, int):
        return active.filter(pk__in=Standing.objects.filter(tier=pk).values("member"))
    raise AudienceRefused


def count(described: dict[str, object]) -> int:
    """How many members that is, now."""
    audience = audience_of(described)
    if audience is None:
        audience = Member.objects.filter(status=Member.Status.ACTIVE)
    return audience.count()
