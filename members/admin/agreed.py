"""Consents, decision by decision, and the texts that were agreed to."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from members import services as members_services
from members.models import Consent, ConsentText
from stores.admin.base import ScopedAdmin, act_of, signed_in


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin[Consent], ScopedAdmin[Consent]):
    """What members said, newest first."""

    store_path = None
    list_display = ("at", "member", "purpose", "channel", "granted", "source", "text")
    list_filter = ("purpose", "channel", "granted", "source")
    list_select_related = ("member", "text")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = (
        "member",
        "purpose",
        "channel",
        "granted",
        "text",
        "at",
        "source",
        "staff",
        "store",
        "copy_of",
    )


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnlyAdmin[ConsentText], ScopedAdmin[ConsentText]):
    """The words, version by version; a change is a new version."""

    store_path = None
    list_display = ("purpose", "version", "text", "published_at")
    list_filter = ("purpose",)
    search_fields = ("text",)
    ordering = ("purpose", "-version")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may publish a text."""
        return signed_in(request).has_perm("members.add_consenttext")

    def get_fields(
        self, request: HttpRequest, obj: ConsentText | None = None
    ) -> tuple[str, ...]:
        """Version and time are given by the command."""
        if obj is None:
            return ("purpose", "text")
        return ("purpose", "version", "text", "published_at")

    def save_model(
        self,
        request: HttpRequest,
        obj: ConsentText,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Publish it in the name of whoever is signed in."""
        at = now()
        published = members_services.publish_consent_text(
            purpose=obj.purpose,
            text=obj.text,
            by=act_of(request, at),
            at=at,
        )
        obj.pk, obj.version = published.pk, published.version
