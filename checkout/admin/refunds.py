"""What was given back."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.models import Refund, RefundPart
from checkout.selectors.sales import matching
from common.admin import ReadOnlyAdmin
from common.money import format_count, format_money
from common.tables import number, table
from stores import selectors as stores_selectors
from stores.admin.actors import ActedAdmin
from stores.admin.base import display

from . import show


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin[Refund], ActedAdmin[Refund]):
    """Every refund and void, with what of it went where."""

    list_display = (
        "at",
        "sale",
        "money",
        "handed_back",
        "is_void",
        "to",
        "store",
        "staff",
    )
    list_filter = ("is_void", "to", "store", "at")
    list_select_related = ("sale", "store", "staff")
    search_fields = ("=sale__reference",)
    search_help_text = gettext_lazy("Number of the bill, or the member")
    ordering = ("-at", "-pk")
    fields = (
        "sale",
        "money",
        "handed_back",
        "parts",
        "points_back",
        "points_taken",
        "kept",
        "is_void",
        "to",
        "reason",
        "at",
        "business_date",
        "store",
        "shift",
        "by",
        "approver",
    )
    readonly_fields = ("money", "handed_back", "kept", "parts", "by")
    export_columns = (
        "pk",
        "sale",
        "amount",
        "paid_out",
        "points_back",
        "points_taken",
        "charged",
        "is_void",
        "to",
        "reason",
        "store",
        "staff",
        "at",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        """Through the sale: by its number or its member, exactly."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(sale__in=matching(search_term)), False

    @display(description=gettext_lazy("amount"), ordering="amount")
    def money(self, row: Refund) -> str:
        """What of the bill was given back."""
        return format_money(row.amount)

    @display(description=gettext_lazy("money handed back"), ordering="paid_out")
    def handed_back(self, row: Refund) -> str:
        """What left the tills."""
        return format_money(row.paid_out)

    @display(description=gettext_lazy("charged for points"))
    def kept(self, row: Refund) -> str:
        """What was kept for points that were spent already."""
        return format_money(row.charged)

    @display(description=gettext_lazy("where it went"))
    def parts(self, row: Refund) -> str:
        """Payment by payment."""
        parts = RefundPart.objects.filter(refund=row).select_related("payment")
        return table(
            [
                _("Paid with"),
                number(_("Amount")),
                number(_("Points")),
                _("Paid back as"),
            ],
            (
                (
                    show.paid_with(part.payment),
                    format_money(part.amount),
                    format_count(part.points) if part.points else "–",
                    stores_selectors.tender_name(part.tender) or "–",
                )
                for part in parts.order_by("-payment__place")
            ),
        )
