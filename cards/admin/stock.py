"""Batches of cards, and their numbers for the printer."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards import services as cards_services
from cards.forms import ExportForm, StockForm
from cards.models import CardKind, StockBatch
from cards.numbers import grouped
from common.admin import ReadOnlyAdmin
from common.exports import csv_lines
from stores.admin.base import ScopedAdmin, act_of, action, may_everywhere, posted

MAKE, EXPORT = "cards.make_stock", "cards.export_stock"


@admin.register(StockBatch)
class StockBatchAdmin(ReadOnlyAdmin[StockBatch], ScopedAdmin[StockBatch]):
    """Cards made ahead; their numbers leave with a reason, and are counted."""

    store_path = None
    list_display = (
        "__str__",
        "quantity",
        "made_at",
        "made_by",
        "exported_at",
        "exports",
    )
    list_filter = ("kind",)
    list_select_related = ("kind", "made_by")
    ordering = ("-pk",)
    fields = (
        "kind",
        "quantity",
        "note",
        "made_at",
        "made_by",
        "exported_at",
        "exports",
    )
    actions_list = ("make",)
    actions_detail = ("numbers",)

    def has_make_permission(self, request: HttpRequest) -> bool:
        """Stock is the house's, not a store's."""
        return may_everywhere(request, MAKE)

    def has_numbers_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same."""
        return may_everywhere(request, EXPORT)

    @action(
        description=gettext_lazy("Make cards"),
        url_path="make",
        permissions=["make"],
        icon="add_card",
    )
    def make(self, request: HttpRequest) -> HttpResponseBase:
        """A kind, a quantity."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at)
            batch = cards_services.make_stock(
                kind_id=typed["kind"].pk,
                quantity=typed["quantity"],
                note=typed["note"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("%(count)s cards are made.") % {"count": batch.quantity}

        printed = CardKind.objects.filter(is_active=True).exclude(
            form=CardKind.Form.VIRTUAL
        )
        return self.ask(
            request,
            form=StockForm(**posted(request), kinds=printed.order_by("code")),
            title=_("Make cards for stock"),
            button=_("Make"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Export the numbers"),
        url_path="numbers",
        permissions=["numbers"],
        icon="print",
    )
    def numbers(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A file for the printer; asking for it is what is logged."""
        batch = self.get_object(request, object_id)
        form = ExportForm(**posted(request))
        if form.is_valid():
            at = now()
            by = act_of(request, at)
            numbers = cards_services.export_stock(
                batch_id=batch.pk, reason=form.cleaned_data["reason"], by=by, at=at
            )
            lines = csv_lines(
                [_("number"), _("as printed")],
                ([number, grouped(number)] for number in numbers),
            )
            answer = StreamingHttpResponse(
                lines, content_type="text/csv; charset=utf-8"
            )
            answer["Content-Disposition"] = (
                f'attachment; filename="cards-{batch.pk}.csv"'
            )
            answer["Cache-Control"] = "no-store"
            return answer
        return self.ask(
            request,
            form=form,
            title=_("Export card numbers"),
            button=_("Export"),
            lead=str(batch),
            command=lambda _typed: "",
            back=self.row_url(batch),
        )
