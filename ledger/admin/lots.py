"""Lots: what expires when."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_amount
from ledger.models import Lot
from stores.admin.base import ScopedAdmin, display


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin[Lot], ScopedAdmin[Lot]):
    """What expires when."""

    store_path = None
    list_display = ("row_number", "account", "left", "came", "expires_at", "is_open")
    list_filter = ("is_open", "account__kind", "expires_at")
    list_select_related = ("account__unit",)
    search_fields = ("=account__id",)
    search_help_text = gettext_lazy("Number of the account")
    ordering = ("-pk",)
    fields = ("account", "came", "left", "expires_at", "is_open")
    readonly_fields = ("came", "left")

    @display(description=gettext_lazy("remaining"), ordering="remaining")
    def left(self, lot: Lot) -> str:
        """What is left of it."""
        return format_amount(lot.remaining, lot.account.unit.code)

    @display(description=gettext_lazy("initial"), ordering="initial")
    def came(self, lot: Lot) -> str:
        """What came in."""
        return format_amount(lot.initial, lot.account.unit.code)
