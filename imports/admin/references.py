"""What was brought in under which reference: to find a member by an old number."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin import ReadOnlyAdmin
from imports.models import ExternalRef
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, signed_in


@admin.register(ExternalRef)
class ExternalRefAdmin(ReadOnlyAdmin[ExternalRef], ScopedAdmin[ExternalRef]):
    """References of other systems, each with its member."""

    store_path = None
    list_display = ("reference", "source", "kind", "member", "made_at")
    list_filter = ("kind",)
    list_select_related = ("member",)
    search_fields = ("=reference", "=member__id")
    search_behind: ClassVar = {"reference": ("source", "kind")}
    search_help_text = _("The whole reference, or the number of a member")
    ordering = ("-pk",)
    fields = ("source", "kind", "reference", "member", "made_at", "erased")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Members are the brand's, and so is what they were called before."""
        return stores_selectors.user_may_everywhere(
            signed_in(request), "imports.view_externalref"
        )
