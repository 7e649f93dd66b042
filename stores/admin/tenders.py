"""The ways of paying."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now

from stores import services as stores_services
from stores.models import TenderKind

from .base import HistoryAdmin, may_everywhere, request_id, signed_in


@admin.register(TenderKind)
class TenderKindAdmin(HistoryAdmin[TenderKind]):
    """What pays, where, and what it is at the close, in a refund and in the books."""

    store_path = None
    list_display = (
        "code",
        "name_en",
        "name_zh_hans",
        "name_zh_hant",
        "store_codes",
        "is_counted",
        "is_refundable",
        "earns",
        "account_code",
        "is_active",
    )
    list_filter = ("is_active",)
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant", "account_code")
    ordering = ("position", "pk")
    fields = (
        "code",
        "name_en",
        "name_zh_hans",
        "name_zh_hant",
        "position",
        "opens_drawer",
        "is_counted",
        "is_refundable",
        "earns",
        "account_code",
        "store_codes",
        "is_active",
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: TenderKind | None = None
    ) -> tuple[str, ...]:
        """Bills of before are given back by them: they stay."""
        return ("code", "earns") if obj is not None else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is the brand's: only who may act for all stores adds one."""
        return may_everywhere(request, "stores.add_tenderkind")

    def has_change_permission(
        self, request: HttpRequest, obj: TenderKind | None = None
    ) -> bool:
        """As for adding."""
        return may_everywhere(request, "stores.change_tenderkind")

    def has_delete_permission(
        self, request: HttpRequest, obj: TenderKind | None = None
    ) -> bool:
        """It is switched off, never deleted: the books name it."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a way of paying."""
        stores_services.save_tender(
            tender=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )
