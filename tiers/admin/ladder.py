"""The steps of the ladder, and the rules of climbing."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from common.forms import money_formfield
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

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """The price is typed as money."""
        if db_field.name == "price":
            return money_formfield(
                db_field, UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

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
            off = plain(tier.discount_per_mille, 1)
            parts.append(_("%(percent)s %% off") % {"percent": off})
        if tier.points_per_mille != 1000:
            parts.append(
                _("points × %(factor)s") % {"factor": plain(tier.points_per_mille, 3)}
            )
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


def plain(number: int, places: int) -> str:
    """1500 by three places is 1.5."""
    return f"{Decimal(number).scaleb(-places).normalize():f}"
