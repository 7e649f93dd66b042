"""Top-ups and their refunds: read, and given back by a form that shows the formula."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from policies.profiles import ProfileCode
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.forms import PayoutForm
from stored_value.models import TopUp, TopUpRefund
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, action, alone_or_beside, display, signed_in

from .base import at_till, doing

REFUND = "stored_value.refund_top_up"


@admin.register(TopUp)
class TopUpAdmin(ReadOnlyAdmin[TopUp], ScopedAdmin[TopUp]):
    """What came in, what was promised for it, and what a refund would pay now."""

    list_display = ("__str__", "member", "money", "gift", "plan_version", "store", "at")
    list_filter = ("store", "at")
    list_select_related = ("member", "store", "plan_version__plan")
    search_fields = ("=id", "=member__phone", "=member__id")
    search_help_text = gettext_lazy("Number of the top-up or the member, or a phone")
    ordering = ("-pk",)
    fields = (
        "member",
        "card",
        "money",
        "gift",
        "bonus_expires_at",
        "principal_expires_at",
        "lapses_at",
        "points",
        "growth",
        "coupons",
        "coupon",
        "of_coupon",
        "plan_version",
        "policy",
        "law",
        "store",
        "staff",
        "at",
        "entry",
        "formula",
    )
    readonly_fields = ("money", "gift", "of_coupon", "formula", "law")
    actions_detail = ("refund",)
    export_columns = (
        "pk",
        "member_id",
        "paid",
        "bonus",
        "coupon_bonus",
        "points",
        "store",
        "at",
    )

    @display(description=gettext_lazy("paid"), ordering="paid")
    def money(self, row: TopUp) -> str:
        """What was paid."""
        return format_money(row.paid)

    @display(description=gettext_lazy("bonus"), ordering="bonus")
    def gift(self, row: TopUp) -> str:
        """What came on top."""
        return format_money(row.bonus)

    @display(description=gettext_lazy("country’s rules"), ordering="profile")
    def law(self, row: TopUp) -> str:
        """Whose law it was made under."""
        return str(dict(ProfileCode.choices).get(row.profile, row.profile))

    @display(description=gettext_lazy("bonus of the coupon"), ordering="coupon_bonus")
    def of_coupon(self, row: TopUp) -> str:
        """What of it a coupon gave."""
        return format_money(row.coupon_bonus)

    @display(description=gettext_lazy("if refunded now"))
    def formula(self, row: TopUp) -> str:
        """What a refund would pay, line by line."""
        preview = stored_value_selectors.refund_preview(top_up=row, at=now())
        lines = stored_value_selectors.formula_lines(preview.formula)
        return render_to_string("stored_value/refund.html", {"lines": lines})

    def has_refund_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At the store where one may; the amount is asked when it is done."""
        self.get_object(request, str(object_id))
        return signed_in(request).has_perm(REFUND)

    @action(
        description=gettext_lazy("Refund"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Pay out the principal that is left; the bonus, points and coupons end."""
        row = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            refund = alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.refund_top_up(
                    top_up_id=row.pk,
                    tender=typed["tender"],
                    reason=typed["reason"],
                    by=doing(request, typed, at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"top_up:{row.pk}",
                at=at,
                shift=typed["shift"],
            )
            paid_out = {"amount": format_money(refund.paid_out)}
            if refund.coupon_returned:
                return _("%(amount)s is paid out; the coupon is given back.") % paid_out
            return _("%(amount)s is paid out.") % paid_out

        return self.ask(
            request,
            form=at_till(request, PayoutForm, REFUND),
            title=_("Refund a top-up"),
            button=_("Pay out"),
            lead=self.formula(row),
            command=command,
            back=self.row_url(row),
        )


@admin.register(TopUpRefund)
class TopUpRefundAdmin(ReadOnlyAdmin[TopUpRefund], ScopedAdmin[TopUpRefund]):
    """What was given back, and by which formula."""

    money_fields = (
        "principal_left",
        "bonus_voided",
        "bonus_spent_charged",
        "points_charged",
        "fee",
        "paid_out",
    )
    fields = (
        "top_up",
        "principal_left",
        "fee",
        "bonus_spent_charged",
        "points_charged",
        "paid_out",
        "paid_by",
        "bonus_voided",
        "points_taken",
        "growth_taken",
        "coupons_revoked",
        "coupon_returned",
        "is_cooling_off",
        "reason",
        "at",
        "store",
        "staff",
        "entry",
    )
    readonly_fields = ("paid_by",)
    list_display = (
        "row_number",
        "top_up",
        "money",
        "ended",
        "paid_by",
        "store",
        "staff",
        "at",
    )
    list_filter = ("store", "at", "is_cooling_off")
    list_select_related = ("top_up", "store", "staff")
    search_fields = ("=id", "=top_up__id", "=top_up__member__id")
    search_help_text = gettext_lazy("Number of the refund, the top-up or the member")
    ordering = ("-pk",)
    export_columns = (
        "pk",
        "top_up_id",
        "principal_left",
        "paid_out",
        "fee",
        "bonus_voided",
        "bonus_spent_charged",
        "points_charged",
        "tender",
        "store",
        "at",
    )

    @display(description=gettext_lazy("paid out"), ordering="paid_out")
    def money(self, row: TopUpRefund) -> str:
        """What left the till."""
        return format_money(row.paid_out)

    @display(description=gettext_lazy("bonus voided"), ordering="bonus_voided")
    def ended(self, row: TopUpRefund) -> str:
        """What of the bonus ended."""
        return format_money(row.bonus_voided)

    @display(description=gettext_lazy("paid out by"), ordering="tender")
    def paid_by(self, row: TopUpRefund) -> str:
        """The way in which it left the till."""
        return stores_selectors.tender_name(row.tender)
