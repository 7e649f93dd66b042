"""What is taken off bills, and what bills give for the next visit."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from checkout import services as checkout_services
from checkout.forms import BillOfferForm, NextVisitForm
from checkout.models import BillOffer, NextVisitGift
from common.money import format_money
from stores.admin.base import HistoryAdmin, act_of, display, may_everywhere


class OfferAdmin[M: models.Model](HistoryAdmin[M]):
    """Rows of the whole house: saved by the command, never deleted."""

    store_path = None
    list_filter = ("is_active",)
    search_fields = ("name_en", "name_zh_hans", "name_zh_hant")
    ordering = ("-is_active", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They hold at every store, so only who may act for all draws them."""
        return may_everywhere(request, self._name("add"))

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """The same for changing one."""
        return may_everywhere(request, self._name("change"))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Put out of use, never deleted: bills name it."""
        return False

    @display(description=_("from a bill of"), ordering="min_spend")
    def reached(self, row: Any) -> str:
        """The least bill."""
        return format_money(row.min_spend)


@admin.register(BillOffer)
class BillOfferAdmin(OfferAdmin[BillOffer]):
    """Of the offers that a bill reaches, the one that takes off most counts."""

    money_fields = ("min_spend", "amount_off", "most_off")
    form = BillOfferForm
    list_display = (
        "__str__",
        "is_active",
        "reached",
        "off",
        "is_repeated",
        "starts_at",
        "ends_at",
    )

    @display(description=_("takes off"), ordering="amount_off")
    def off(self, row: BillOffer) -> str:
        """What it takes off."""
        return format_money(row.amount_off)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """With its permission and its line in the log."""
        checkout_services.save_bill_offer(
            offer=obj, by=act_of(request, now()), at=now()
        )


@admin.register(NextVisitGift)
class NextVisitGiftAdmin(OfferAdmin[NextVisitGift]):
    """Given soon after the bill was paid, once for each."""

    money_fields = ("min_spend",)
    form = NextVisitForm
    list_display = (
        "__str__",
        "is_active",
        "template",
        "reached",
        "starts_at",
        "ends_at",
    )
    list_select_related = ("template",)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """With its permission and its line in the log."""
        checkout_services.save_next_visit_gift(
            gift=obj, by=act_of(request, now()), at=now()
        )
