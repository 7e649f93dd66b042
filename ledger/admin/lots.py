"""Lots: what expires when."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from common.admin import COUNTED_ROWS, ReadOnlyAdmin
from common.exact_search import having
from common.money import format_amount
from ledger.models import Lot
from stores.admin.base import ScopedAdmin, display

NUMBER_DIGITS = 18


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin[Lot], ScopedAdmin[Lot]):
    """What expires when."""

    store_path = None
    list_display = ("row_number", "account", "left", "came", "expires_at", "is_open")
    list_filter = ("is_open", "expires_at")
    list_select_related = ("account__unit",)
    search_fields = ("=account__id",)
    search_help_text = gettext_lazy("Number of the account")
    ordering = ("-pk",)
    fields = ("account", "came", "left", "expires_at", "is_open")
    readonly_fields = ("came", "left")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lot], search_term: str
    ) -> tuple[QuerySet[Lot], bool]:
        """By the account, through its postings: what is used up is in no index."""
        text = search_term.strip()
        if not text:
            return queryset, False
        if not (text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS):
            return queryset.none(), False
        came = Q(posting__credit=int(text), account=int(text))
        return having(queryset, [came], most=COUNTED_ROWS), False

    @display(description=gettext_lazy("remaining"), ordering="remaining")
    def left(self, lot: Lot) -> str:
        """What is left of it."""
        return format_amount(lot.remaining, lot.account.unit.code)

    @display(description=gettext_lazy("initial"), ordering="initial")
    def came(self, lot: Lot) -> str:
        """What came in."""
        return format_amount(lot.initial, lot.account.unit.code)
