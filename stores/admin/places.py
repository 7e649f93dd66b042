"""Stores and tills."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now

from stores import services as stores_services
from stores.models import Store, Till

from .base import HistoryAdmin, request_id, signed_in


@admin.register(Store)
class StoreAdmin(HistoryAdmin[Store]):
    """Where the house sells."""

    store_path = "pk"
    list_display = ("code", "name", "time_zone", "day_starts_at", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")
    ordering = ("code",)
    money_fields = ("recount_above",)
    fields = (
        *("code", "name", "time_zone", "day_starts_at"),
        *("recount_above", "is_active"),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Store | None = None
    ) -> tuple[str, ...]:
        """A store's code stands on slips and in exports: it stays."""
        return ("code",) if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: Store | None = None
    ) -> bool:
        """A store is closed, never deleted: its books stay."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a store."""
        stores_services.save_store(
            store=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )


@admin.register(Till)
class TillAdmin(HistoryAdmin[Till]):
    """The drawers of each store."""

    list_display = ("code", "store", "name", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("store",)
    search_fields = ("code", "name", "store__code", "store__name")
    ordering = ("store__code", "code")
    fields = ("store", "code", "name", "is_active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Till | None = None
    ) -> tuple[str, ...]:
        """A till that has worked in a store is never another store's."""
        return ("store", "code") if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: Till | None = None
    ) -> bool:
        """A till is put out of use, never deleted."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a till."""
        stores_services.save_till(
            till=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )
