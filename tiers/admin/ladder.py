"""The steps of the ladder, and the rules of climbing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.fixed_point import FACTOR_PLACES, PERCENT_PLACES, plain_number
from common.money import format_count, format_money
from policies.admin import PolicyAdmin
from stores.admin.base import HistoryAdmin, act_of, display
from tiers import services as tiers_services
from tiers.models import Tier, TierPolicy


@admin.register(Tier)
class TierAdmin(HistoryAdmin[Tier]):
    """What each step asks and gives."""

    store_path = None
    money_fields = ("price",)
    percent_fields = ("discount_per_mille",)
    factor_fields = ("points_per_mille",)
    list_display = ("swatch", "rank", "asks", "costs", "gives", "is_active")
    list_display_links = ("swatch",)
    list_filter = ("is_active",)
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant")
    ordering = ("rank",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    ("name_en", "name_zh_hans", "name_zh_hant"),
                    ("rank", "colour"),
                    "is_active",
                )
            },
        ),
        (
            gettext_lazy("How it is reached"),
            {"fields": ("threshold", ("price", "validity_months"))},
        ),
        (
            gettext_lazy("What it gives"),
            {
                "fields": (
                    ("discount_per_mille", "points_per_mille"),
                    ("has_member_price", "member_price_weekdays"),
                    ("birthday_gift", "upgrade_gift"),
                    "exclusive_coupons",
                )
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Tier | None = None
    ) -> tuple[str, ...]:
        """A tier's code stands in exports and imports: it stays."""
        return ("code",) if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: Tier | None = None
    ) -> bool:
        """A tier is put out of use, never deleted: members had it."""
        return False

    @display(description=gettext_lazy("tier"), ordering="rank")
    def swatch(self, tier: Tier) -> str:
        """The name beside its colour."""
        return format_html(
            '<span style="display:inline-block;width:.75em;height:.75em;'
            'border-radius:50%;background:{}"></span> {}',
            tier.colour,
            tier.name,
        )

    @display(description=gettext_lazy("growth value needed"), ordering="threshold")
    def asks(self, tier: Tier) -> str:
        """In points; a dash where growth value does not reach it."""
        return "–" if tier.threshold is None else format_count(tier.threshold)

    @display(description=gettext_lazy("price"))
    def costs(self, tier: Tier) -> str:
        """For how long, and for how much."""
        if tier.price is None:
            return "–"
        price = format_money(tier.price)
        return _("%(price)s for %(months)s months") % {
            "price": price,
            "months": tier.validity_months,
        }

    @display(description=gettext_lazy("gives"))
    def gives(self, tier: Tier) -> str:
        """In a few words."""
        parts = []
        if tier.discount_per_mille:
            parts.append(percent_off(tier.discount_per_mille))
        if tier.points_per_mille != 1000:
            factor = plain_number(tier.points_per_mille, FACTOR_PLACES)
            parts.append(_("points × %(factor)s") % {"factor": factor})
        if tier.has_member_price:
            parts.append(_("member price"))
        return " · ".join(parts) or "–"

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a tier."""
        at = now()
        tiers_services.save_tier(
            tier=obj,
            by=act_of(request, at),
            at=at,
        )


@admin.register(TierPolicy)
class TierPolicyAdmin(PolicyAdmin[TierPolicy]):
    """Over which time growth value counts, and how a tier is lost."""


def percent_off(per_mille: int) -> str:
    """In percent of the price; in Chinese in the tenths that are left to pay."""
    if (get_language() or "").startswith("zh"):
        paid = plain_number(1000 - per_mille, 2)
        return _("%(tenths)s tenths of the price") % {"tenths": paid}
    return _("%(percent)s %% off") % {
        "percent": plain_number(per_mille, PERCENT_PLACES)
    }
