"""Bills that were settled: read, given back, voided."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from checkout import services as checkout_services
from checkout.forms import RefundForm, VoidForm
from checkout.models import Refund, Sale, SaleLine
from checkout.selectors.sales import has_cash, matching, notes_of
from checkout.services.asking import REFUND, VOID
from common.admin import ReadOnlyAdmin
from common.money import format_count, format_money
from common.tables import number, table
from ledger.services import Act
from stored_value.admin.base import open_shifts
from stores import selectors as stores_selectors
from stores.admin.actors import ActedAdmin
from stores.admin.base import (
    act_of,
    action,
    alone_or_beside,
    display,
    posted,
    signed_in,
)
from stores.models import Shift

from . import show

SHADES: Final = {"captured": "success", "refunded": "warning", "void": "danger"}


@admin.register(Sale)
class SaleAdmin(ReadOnlyAdmin[Sale], ActedAdmin[Sale]):
    """Every bill with all that was sold, taken off, paid and given back."""

    list_display = (
        "reference",
        "state",
        "member",
        "bill",
        "given_back",
        "store",
        "by",
        "at",
    )
    list_filter = ("status", "store", "at")
    list_select_related = ("member", "store", "staff")
    search_fields = ("=reference",)
    search_help_text = gettext_lazy("Number of the bill, or the member")
    ordering = ("-at", "-pk")
    fields = (
        "reference",
        "status",
        "member",
        "card",
        "amounts",
        "lines",
        "discounts",
        "payments",
        "refunds",
        "exchanges",
        "coupons",
        "earned",
        "spent",
        "growth",
        "entry",
        "at",
        "business_date",
        "store",
        "till",
        "shift",
        "by",
        "policy",
    )
    readonly_fields = (
        "amounts",
        "lines",
        "discounts",
        "payments",
        "refunds",
        "exchanges",
        "coupons",
        "earned",
        "spent",
        "growth",
        "entry",
        "by",
    )
    actions_detail = ("refund", "void")
    export_columns = (
        "pk",
        "reference",
        "status",
        "member_id",
        "gross",
        "discount",
        "net",
        "paid",
        "due",
        "refunded",
        "points_earned",
        "points_spent",
        "store",
        "at",
    )
    lines = display(description=gettext_lazy("lines"))(
        lambda _self, sale: show.lines(sale)
    )
    discounts = display(description=gettext_lazy("discounts"))(
        lambda _self, sale: show.discounts(sale)
    )
    payments = display(description=gettext_lazy("payments"))(
        lambda _self, sale: show.payments(sale)
    )
    refunds = display(description=gettext_lazy("refunds"))(
        lambda _self, sale: show.refunds(sale)
    )
    exchanges = display(description=gettext_lazy("exchanges"))(
        lambda _self, sale: show.exchange(sale)
    )
    coupons = display(description=gettext_lazy("coupons"))(
        lambda _self, sale: show.coupons(sale)
    )
    earned = display(description=gettext_lazy("points earned"))(
        lambda _self, sale: show.earned(sale)
    )
    spent = display(description=gettext_lazy("points spent"))(
        lambda _self, sale: show.spent(sale)
    )
    growth = display(description=gettext_lazy("growth earned"))(
        lambda _self, sale: format_count(sale.growth_earned)
    )
    entry = display(description=gettext_lazy("entry"))(
        lambda _self, sale: show.entry(sale)
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Sale], search_term: str
    ) -> tuple[QuerySet[Sale], bool]:
        """By number or member, exactly: a million bills stay quick."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=matching(search_term)), False

    @display(description=gettext_lazy("status"), ordering="status", label=SHADES)
    def state(self, sale: Sale) -> tuple[str, str]:
        """The status, as a badge."""
        return sale.status, sale.get_status_display()

    @display(description=gettext_lazy("net"), ordering="net")
    def bill(self, sale: Sale) -> str:
        """What was to be paid."""
        return format_money(sale.net)

    @display(description=gettext_lazy("refunded"), ordering="refunded")
    def given_back(self, sale: Sale) -> str:
        """What of it was given back."""
        return format_money(sale.refunded) if sale.refunded else "–"

    @display(description=gettext_lazy("amounts"))
    def amounts(self, sale: Sale) -> str:
        """From the gross to what is left to refund."""
        named = (
            (_("Gross"), sale.gross),
            (_("Discounts"), -sale.discount),
            (_("Net"), sale.net),
            (_("Paid with own value"), sale.paid),
            (_("Due"), sale.due),
            (pgettext("money", "Change"), sale.change),
            (_("Refunded"), sale.refunded),
            (_("Left to refund"), sale.left),
        )
        return table(
            [number(name) for name, _amount in named],
            [[format_money(amount) for _name, amount in named]],
        )

    # --- Who may, and when ------------------------------------------------------------

    def has_refund_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While something is left; a bill of nothing once, for its coupons."""
        sale = self.get_object(request, str(object_id))
        is_open = sale.status == Sale.Status.CAPTURED
        return is_open and signed_in(request).has_perm(REFUND, sale)

    def has_void_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While its shift is open, or its day lasts, and nothing was refunded."""
        sale = self.get_object(request, str(object_id))
        today = stores_selectors.business_date(sale.store, now())
        is_open = sale.shift is None or sale.shift.closed_at is None
        in_time = is_open and sale.business_date == today
        is_whole = sale.status == Sale.Status.CAPTURED and not sale.refunded
        return is_whole and in_time and signed_in(request).has_perm(VOID, sale)

    # --- What may be done -------------------------------------------------------------

    @action(
        description=gettext_lazy("Refund"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give back an amount, lines, or all that is left."""
        sale, at = self.get_object(request, object_id), now()
        user = signed_in(request)

        def command(typed: dict[str, Any]) -> str:
            done = alone_or_beside(
                request,
                typed,
                lambda approval: checkout_services.refund_sale(
                    sale_id=sale.pk,
                    amount=typed["amount"],
                    per_line=form.per_line,
                    to=typed["to"],
                    reason=typed["reason"],
                    by=self._by(request, sale, typed["shift"], at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=checkout_services.subject_of(sale.pk),
                at=at,
                store=sale.store,
            )
            return _said(done)

        form = RefundForm(
            **posted(request),
            shifts=open_shifts(user, REFUND).filter(store_id=sale.store_id),
            people=stores_selectors.checkers_for(user, REFUND),
            has_cash=has_cash(sale),
            lines=list(SaleLine.objects.filter(sale=sale).order_by("place")),
        )
        return self._ask(request, sale, form, _("Refund"), command)

    @action(
        description=pgettext_lazy("a sale", "Void"),
        url_path="void",
        permissions=["void"],
        icon="block",
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Undo it as if it had not been, in the shift that it was made in."""
        sale, at = self.get_object(request, object_id), now()
        user = signed_in(request)

        def command(typed: dict[str, Any]) -> str:
            done = alone_or_beside(
                request,
                typed,
                lambda approval: checkout_services.void_sale(
                    sale_id=sale.pk,
                    reason=typed["reason"],
                    by=self._by(request, sale, sale.shift, at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=checkout_services.subject_of(sale.pk),
                at=at,
                store=sale.store,
            )
            return _said(done)

        form = VoidForm(
            **posted(request),
            shifts=Shift.objects.none(),
            people=stores_selectors.checkers_for(user, VOID),
        )
        return self._ask(request, sale, form, pgettext("a sale", "Void"), command)

    def _ask(
        self,
        request: HttpRequest,
        sale: Sale,
        form: RefundForm | VoidForm,
        button: str,
        command: Callable[[dict[str, Any]], str],
    ) -> HttpResponseBase:
        lead = _("Bill %(number)s: %(left)s of %(net)s can be refunded.") % {
            "number": sale.reference,
            "left": format_money(sale.left),
            "net": format_money(sale.net),
        }
        return self.ask(
            request,
            form=form,
            title=button,
            button=button,
            lead=lead,
            command=partial(command),
            back=self.row_url(sale),
        )

    def _by(
        self, request: HttpRequest, sale: Sale, shift: Shift | None, at: datetime
    ) -> Act:
        """Whoever is signed in, at a drawer or at a desk of the sale's store."""
        return act_of(request, at, shift=shift, store=sale.store)


def _said(done: Refund) -> str:
    said = _("%(amount)s is given back, %(money)s of it in money.") % {
        "amount": format_money(done.amount),
        "money": format_money(done.paid_out),
    }
    return " ".join([said, *notes_of(done)])
