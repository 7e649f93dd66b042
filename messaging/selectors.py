"""What was written to whom, and which words are in use."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, QuerySet

from .models import Message, MessageTemplateVersion


def current_versions(codes: Collection[str]) -> dict[str, MessageTemplateVersion]:
    """The newest words of templates in use, by code, with all their texts."""
    newest = (
        MessageTemplateVersion.objects.filter(
            template__code__in=codes, template__is_active=True
        )
        .values("template")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    versions = (
        MessageTemplateVersion.objects.filter(pk__in=newest)
        .select_related("template")
        .prefetch_related("texts")
    )
    return {version.template.code: version for version in versions}


@dataclass(frozen=True, slots=True)
class MessageBacklog:
    """What has not left, and for how long the oldest that is due has waited."""

    age: float
    counts: dict[str, int]


def backlog(*, at: datetime) -> MessageBacklog:
    """For a monitor: three counts and an age, each by a small index."""
    waits = Message.objects.filter(state__in=["waiting", "held"])
    due = waits.filter(due_at__lte=at)
    oldest = due.aggregate(oldest=Min("due_at"))["oldest"]
    held = waits.filter(due_at__gt=at)
    return MessageBacklog(
        age=(at - oldest).total_seconds() if oldest is not None else 0.0,
        counts={
            "due": due.count(),
            "held": held.count(),
            "sending": Message.objects.filter(state="sending").count(),
            "unknown": Message.objects.filter(state="unknown").count(),
        },
    )


def messages_of(member_id: int) -> QuerySet[Message]:
    """What was written to a member, the newest first."""
    return (
        Message.objects.filter(member=member_id)
        .select_related("version__template")
        .order_by("-pk")
    )
