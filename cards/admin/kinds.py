"""Kinds of cards, and what a card alone may do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from cards import services as cards_services
from cards.models import CardKind, CardsPolicy
from common.money import format_money
from policies.admin import PolicyAdmin
from stores.admin.base import HistoryAdmin, act_of, display

PRICES = ("price", "replacement_price", "renewal_price")


@admin.register(CardKind)
class CardKindAdmin(HistoryAdmin[CardKind]):
    """What the shop gives out."""

    store_path = None
    money_fields = ("price", "replacement_price", "renewal_price")
    list_display = ("name", "form", "costs", "validity_months", "is_active")
    list_filter = ("form", "is_active")
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant")
    ordering = ("code",)
    fields = (
        "code",
        ("name_en", "name_zh_hans", "name_zh_hant"),
        "form",
        PRICES,
        "validity_months",
        "is_active",
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: CardKind | None = None
    ) -> tuple[str, ...]:
        """Cards are out in this form under this code: both stay."""
        return ("code", "form") if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: CardKind | None = None
    ) -> bool:
        """A kind is put out of use, never deleted."""
        return False

    @display(description=gettext_lazy("name"), ordering="code")
    def name(self, kind: CardKind) -> str:
        """In the reader's language."""
        return kind.name

    @display(description=gettext_lazy("price"), ordering="price")
    def costs(self, kind: CardKind) -> str:
        """What a card of it costs."""
        return format_money(kind.price) if kind.price else "–"

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a kind."""
        at = now()
        cards_services.save_kind(
            kind=obj,
            by=act_of(request, at),
            at=at,
        )


@admin.register(CardsPolicy)
class CardsPolicyAdmin(PolicyAdmin[CardsPolicy]):
    """Above which amount a number is not enough."""

    money_fields = ("code_above", "bearer_up_to")
