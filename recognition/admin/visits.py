"""When members came."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy

from common.money import format_money
from recognition.models import Visit
from stores.admin.base import display

from .base import AboutMembersAdmin


@admin.register(Visit)
class VisitAdmin(AboutMembersAdmin[Visit]):
    """The visits to one's stores."""

    store_path = "store"
    list_display = (
        "at",
        "member",
        "store",
        "spent",
        "source",
        "reference",
        "voided_at",
    )
    list_filter = ("store", "source", ("voided_at", admin.EmptyFieldListFilter))
    list_select_related = ("member", "store")
    search_fields = ("=member__id", "=reference")
    fields = (
        "member",
        "store",
        "at",
        "business_date",
        "spent",
        "source",
        "reference",
        "voided_at",
        "bill",
    )
    readonly_fields = ("spent", "bill")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def spent(self, visit: Visit) -> str:
        """The amount as money."""
        return format_money(visit.amount)

    @display(description=gettext_lazy("bill"))
    def bill(self, visit: Visit) -> str:
        """What was on it."""
        return (
            format_html_join(
                "",
                '<div class="num">{} × {} · {}</div>',
                (
                    (line.quantity, line.name, format_money(line.amount))
                    for line in visit.lines.order_by("pk")
                ),
            )
            or "–"
        )
