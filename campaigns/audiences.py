"""Segments as an audience for apps below, which know nothing of them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from coupons.audiences import AudienceKind, MemberStatement

from . import selectors
from .models import Segment

WORD = "segment"


def _members(described: dict[str, object], at: datetime) -> MemberStatement:
    """By the version that was counted when it was chosen."""
    segment = Segment.objects.get(pk=str(described["pk"]))
    version = int(str(described["version"]))
    return MemberStatement(*selectors.statement_of(segment, at=at, version=version))


SEGMENTS = AudienceKind(
    word=WORD,
    label=_("Members of a segment"),
    field_label=_("Segment"),
    choices=lambda: Segment.objects.filter(is_active=True).order_by("name"),
    describe=lambda segment: {"version": segment.version},
    members=_members,
)
