"""What comes with a tier, and what the house decides about coupons in general."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now

from coupons import services as coupons_services
from coupons.models import CouponsPolicy, CouponTemplate, TierGift
from policies.admin import PolicyAdmin
from stores.admin.base import HistoryAdmin, act_of


@admin.register(TierGift)
class TierGiftAdmin(HistoryAdmin[TierGift]):
    """What comes with a tier."""

    store_path = None
    list_display = ("tier", "occasion", "template", "quantity", "is_active", "since")
    list_filter = ("occasion", "is_active")
    list_select_related = ("tier", "template")
    ordering = ("tier__rank", "pk")
    fields = ("tier", "occasion", "template", "quantity", "is_active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: TierGift | None = None
    ) -> tuple[str, ...]:
        """Another gift is another row: what was given names this one."""
        return ("tier", "occasion", "template") if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: TierGift | None = None
    ) -> bool:
        """A gift is switched off."""
        return False

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Only what is still being issued."""
        if db_field.name == "template":
            open_now: QuerySet[CouponTemplate] = CouponTemplate.objects.filter(
                is_open=True
            )
            kwargs["queryset"] = open_now.order_by("-pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Set up or change what a tier gives."""
        at = now()
        coupons_services.save_tier_gift(
            gift=obj,
            by=act_of(request, at),
            at=at,
        )


@admin.register(CouponsPolicy)
class CouponsPolicyAdmin(PolicyAdmin[CouponsPolicy]):
    """What the house decides about coupons in general."""
