"""Tags and the shop's own questions."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now

from common.admin import CappedPaginator
from members import services as members_services
from members.models import CustomField, Tag
from stores.admin.base import HistoryAdmin, act_of


@admin.register(Tag)
class TagAdmin(HistoryAdmin[Tag]):
    """The words by which members are grouped."""

    store_path = None
    paginator = CappedPaginator
    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "is_active")

    def has_delete_permission(
        self, request: HttpRequest, obj: Tag | None = None
    ) -> bool:
        """A tag goes out of use; what it meant stays readable."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a tag."""
        at = now()
        members_services.save_tag(
            tag=obj,
            by=act_of(request, at),
            at=at,
        )


@admin.register(CustomField)
class CustomFieldAdmin(HistoryAdmin[CustomField]):
    """What this shop asks besides."""

    store_path = None
    list_display = ("name", "code", "kind", "position", "is_active")
    list_filter = ("is_active", "kind")
    search_fields = ("name", "code")
    ordering = ("position", "pk")
    fields = ("code", "name", "kind", "choices", "position", "is_active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: CustomField | None = None
    ) -> tuple[str, ...]:
        """Answers are kept under the code and in the form of the kind."""
        return ("code", "kind") if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: CustomField | None = None
    ) -> bool:
        """A question goes out of use; the answers stay."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a question."""
        at = now()
        members_services.save_custom_field(
            field=obj,
            by=act_of(request, at),
            at=at,
        )
