"""Shared wallets, and what was paid from them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from cards import services as cards_services
from cards.models import ShareUse, WalletShare
from common.admin import CappedPaginator, ReadOnlyAdmin
from common.money import format_money
from stores.admin.base import HistoryAdmin, ScopedAdmin, act_of, display

LIMITS = ("per_use", "per_day")


@admin.register(WalletShare)
class WalletShareAdmin(HistoryAdmin[WalletShare]):
    """Who pays from whose wallet, and how much."""

    store_path = None
    money_fields = ("per_use", "per_day")
    paginator = CappedPaginator
    show_full_result_count = False
    list_display = ("owner", "pays", "at_once", "a_day", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("owner", "holder", "card")
    search_fields = ("=owner__id", "=holder__id", "=card__number")
    search_help_text = gettext_lazy("Number of a member, or whole number of a card")
    ordering = ("-pk",)
    raw_id_fields = ("owner", "holder", "card")
    fields = ("owner", "holder", "card", LIMITS, "is_active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: WalletShare | None = None
    ) -> tuple[str, ...]:
        """Whose it is stays; limits change."""
        return ("owner", "holder", "card") if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: WalletShare | None = None
    ) -> bool:
        """A share ends, and what was paid by it stays."""
        return False

    @display(description=gettext_lazy("pays"))
    def pays(self, share: WalletShare) -> str:
        """The holder."""
        return str(share.card or share.holder)

    @display(description=gettext_lazy("limit per use"), ordering="per_use")
    def at_once(self, share: WalletShare) -> str:
        """As money."""
        return "–" if share.per_use is None else format_money(share.per_use)

    @display(description=gettext_lazy("limit per day"), ordering="per_day")
    def a_day(self, share: WalletShare) -> str:
        """As money."""
        return "–" if share.per_day is None else format_money(share.per_day)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Share a wallet, or change the limits."""
        at = now()
        cards_services.save_share(
            share=obj,
            by=act_of(request, at),
            at=at,
        )


@admin.register(ShareUse)
class ShareUseAdmin(ReadOnlyAdmin[ShareUse], ScopedAdmin[ShareUse]):
    """What holders paid from wallets of others."""

    store_path = None
    list_display = ("share", "day", "paid", "back", "at")
    list_select_related = ("share__card",)
    search_fields = ("=share__owner__id", "=share__holder__id")
    search_help_text = gettext_lazy("Number of a member")
    ordering = ("-pk",)
    fields = ("share", "day", "paid", "back", "at")
    readonly_fields = ("paid", "back")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def paid(self, use: ShareUse) -> str:
        """As money."""
        return format_money(use.amount)

    @display(description=gettext_lazy("given back"), ordering="returned")
    def back(self, use: ShareUse) -> str:
        """As money."""
        return format_money(use.returned)
