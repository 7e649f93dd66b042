"""Cards for the printer."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_count, format_money
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCardBatch
from gift_cards.services.acts import EXPORT, ORDER, WITHDRAW
from stores import selectors as stores_selectors
from stores.admin.base import act_of, action, display, posted, signed_in

from .base import BrandAdmin
from .forms import BatchForm, ExportForm, ReasonForm


@admin.register(GiftCardBatch)
class GiftCardBatchAdmin(ReadOnlyAdmin[GiftCardBatch], BrandAdmin[GiftCardBatch]):
    """Ordered, exported once, sold card by card at the tills."""

    list_display = (
        "__str__",
        "state",
        "design",
        "quantity",
        "worth",
        "ordered_at",
        "ordered_by",
    )
    list_filter = ("design",)
    list_select_related = ("design", "ordered_by")
    search_fields = ("name", "=id")
    ordering = ("-pk",)
    fields = (
        "name",
        "stands",
        "design",
        "quantity",
        "worth",
        "sold",
        "ordered_at",
        "ordered_by",
        "exported_at",
        "exported_by",
        "file_digest",
        "withdrawn_at",
    )
    readonly_fields = ("stands", "worth", "sold")
    actions_list = ("order",)
    actions_detail = ("export_codes", "withdraw")

    def visible(self, request: HttpRequest) -> QuerySet[GiftCardBatch]:
        """All of them."""
        return super().visible(request)

    @display(
        description=gettext_lazy("status"),
        label={"ordered": "warning", "exported": "success", "withdrawn": "danger"},
    )
    def state(self, batch: GiftCardBatch) -> tuple[str, str]:
        """Where it is on its way."""
        if batch.withdrawn_at is not None:
            return "withdrawn", _("withdrawn")
        if batch.exported_at is not None:
            return "exported", _("at the printer")
        return "ordered", _("ordered")

    @display(description=gettext_lazy("status"))
    def stands(self, batch: GiftCardBatch) -> str:
        """The same in words, for its own page."""
        return self.state(batch)[1]

    @display(description=gettext_lazy("face value"), ordering="amount")
    def worth(self, batch: GiftCardBatch) -> str:
        """What each card is sold for."""
        if batch.amount is None:
            return _("chosen at the till")
        return format_money(batch.amount)

    @display(description=gettext_lazy("sold"))
    def sold(self, batch: GiftCardBatch) -> str:
        """How many of them were activated."""
        counted = batch.cards.aggregate(sold=Count("pk", filter=Q(sale__isnull=False)))
        return f"{format_count(counted['sold'])} / {format_count(batch.quantity)}"

    def has_order_permission(self, request: HttpRequest) -> bool:
        """Batches are the brand's."""
        return stores_selectors.user_may_everywhere(signed_in(request), ORDER)

    def has_export_codes_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Once."""
        batch = self.get_object(request, str(object_id))
        return (
            batch.exported_at is None
            and batch.withdrawn_at is None
            and stores_selectors.user_may_everywhere(signed_in(request), EXPORT)
        )

    def has_withdraw_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Until it is withdrawn."""
        batch = self.get_object(request, str(object_id))
        return batch.withdrawn_at is None and stores_selectors.user_may_everywhere(
            signed_in(request), WITHDRAW
        )

    @action(
        description=gettext_lazy("Order a batch"),
        url_path="order",
        permissions=["order"],
        icon="print",
    )
    def order(self, request: HttpRequest) -> HttpResponseBase:
        """Which face, how many, worth what."""

        def command(typed: dict[str, Any]) -> str:
            batch = gift_cards_services.order_batch(
                name=typed["name"],
                design_id=typed["design"].pk,
                quantity=typed["quantity"],
                amount=typed["amount"],
                by=act_of(request, now()),
                at=now(),
            )
            return _("Batch %(number)s is ordered.") % {"number": batch.pk}

        return self.ask(
            request,
            form=BatchForm(**posted(request)),
            title=_("Order a batch"),
            button=_("Order"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Export the codes"),
        url_path="export-codes",
        permissions=["export_codes"],
        icon="lock",
    )
    def export_codes(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The encrypted file for the printer, this once."""
        batch = self.get_object(request, object_id)

        def answer(typed: dict[str, Any]) -> HttpResponseBase:
            file = gift_cards_services.export_codes(
                batch_id=batch.pk,
                passphrase=typed["passphrase"],
                by=act_of(request, now()),
                at=now(),
            )
            response = HttpResponse(
                file.contents, content_type="application/octet-stream"
            )
            response["Content-Disposition"] = f'attachment; filename="{file.name}"'
            return response

        return self.show_once(
            request,
            form=ExportForm(**posted(request)),
            answer=answer,
            title=_("Export the codes"),
            button=_("Export, this once"),
            lead=_(
                "%(batch)s: the codes leave the house encrypted, and exist nowhere "
                "else. A file that is lost means a new batch."
            )
            % {"batch": batch},
            back=self.row_url(batch),
        )

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["withdraw"],
        icon="cancel",
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Make what is not sold void for ever."""
        batch = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            count = gift_cards_services.withdraw_batch(
                batch_id=batch.pk,
                reason=typed["reason"],
                by=act_of(request, now()),
                at=now(),
            )
            return _("%(count)s unsold cards are void.") % {
                "count": format_count(count)
            }

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Withdraw the batch"),
            button=_("Withdraw"),
            lead=str(batch),
            command=command,
            back=self.row_url(batch),
        )
