"""Tiers that were bought or given: read only, refunded by a command."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from stores import selectors as stores_selectors
from stores.admin.actors import ActedAdmin
from stores.admin.base import act_of, action, display, posted, signed_in
from tiers import services as tiers_services
from tiers.forms import RefundForm
from tiers.models import Source, TierGrant

REFUND = "tiers.refund_tier"


@admin.register(TierGrant)
class TierGrantAdmin(ReadOnlyAdmin[TierGrant], ActedAdmin[TierGrant]):
    """What was bought or given, until when, by whom and why."""

    store_path = None
    list_display = ("member", "tier", "state", "starts_at", "ends_at", "paid", "by")
    list_filter = ("source", "tier")
    list_select_related = ("member", "tier")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = (
        "member",
        "tier",
        "source",
        "state",
        "starts_at",
        "ends_at",
        "ended_at",
        "paid",
        "reason",
        "by",
        "store",
        "made_at",
        "entry_id",
    )
    readonly_fields = ("state", "paid", "by")
    actions_detail = ("refund",)

    @display(
        description=gettext_lazy("status"),
        label={"now": "success", "coming": "info", "over": "warning"},
    )
    def state(self, grant: TierGrant) -> tuple[str, str]:
        """In force, still to come, or over."""
        at = now()
        if grant.ended_at is not None or grant.ends_at <= at:
            return "over", _("over")
        if grant.starts_at > at:
            return "coming", _("still to come")
        return "now", _("in force")

    @display(description=gettext_lazy("price"), ordering="price")
    def paid(self, grant: TierGrant) -> str:
        """What was paid for it."""
        return format_money(grant.price) if grant.price else "–"

    def has_refund_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only what was bought and has not ended."""
        grant = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm(REFUND)
        return may and grant.source == Source.PAID and grant.ended_at is None

    @action(
        description=gettext_lazy("Refund"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The money goes back as it came, and the tier ends."""
        grant = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            tiers_services.refund_tier(
                grant_id=grant.pk,
                reason=typed["reason"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("The tier is refunded.")

        return self.ask(
            request,
            form=RefundForm(
                **posted(request),
                stores=stores_selectors.stores_for(signed_in(request), REFUND),
            ),
            title=_("Refund a tier"),
            button=_("Refund"),
            lead=f"{grant} · {self.paid(grant)}",
            command=command,
            back=self.row_url(grant),
        )
