"""Stamps that were given."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from points import services as points_services
from points.models import StampGrant
from stores.admin.base import ScopedAdmin, act_of, action, display, posted, signed_in
from stores.forms import ConfirmForm


@admin.register(StampGrant)
class StampGrantAdmin(ReadOnlyAdmin[StampGrant], ScopedAdmin[StampGrant]):
    """Each visit that was stamped, and the cards it filled."""

    list_display = (
        "at",
        "member",
        "programme",
        "bill",
        "stamps",
        "cards",
        "taken_back",
        "store",
    )
    list_filter = ("programme", "store")
    list_select_related = ("member", "programme", "store")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    actions_detail = ("take_back",)
    fields = (
        "member",
        "programme",
        "at",
        "store",
        "bill",
        "stamps",
        "cards",
        "taken_back",
        "entry_id",
    )
    readonly_fields = ("bill",)

    @display(description=gettext_lazy("bill"), ordering="amount")
    def bill(self, row: StampGrant) -> str:
        """What was stamped."""
        return format_money(row.amount)

    def has_take_back_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this visit's store, while there is something to take back."""
        row = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm("points.give_stamps", row)
        return may and row.taken_back < row.stamps

    @action(
        description=gettext_lazy("Take back"),
        url_path="take-back",
        permissions=["take_back"],
        icon="undo",
    )
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Asked once; what a full card used up is owed."""
        row = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            points_services.take_back_stamps(
                grant_id=row.pk,
                by=act_of(request, now(), store=row.store),
                at=now(),
                key=f"points:stamps:{row.pk}:taken-back",
            )
            return _("The stamps are taken back.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Take stamps back"),
            button=_("Take back"),
            lead=f"{row.member} · {row.programme} · {row.stamps}",
            command=command,
            back=self.row_url(row),
        )
