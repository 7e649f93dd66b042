"""What was written to whom, and which words are in use."""

from collections.abc import Collection

from django.db.models import Max, QuerySet

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


def messages_of(member_id: int) -> QuerySet[Message]:
    """What was written to a member, the newest first."""
    return (
        Message.objects.filter(member=member_id)
        .select_related("version__template")
        .order_by("-pk")
    )
