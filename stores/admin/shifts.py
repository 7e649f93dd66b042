"""Shifts: opened, handed over and closed by commands; the rows are read only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from common.admin import ReadOnlyAdmin
from common.money import format_money
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.forms import CloseShiftForm, HandOverForm, OpenShiftForm
from stores.models import Shift, Till

from .base import ScopedAdmin, action, display, posted, request_id, signed_in


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin[Shift], ScopedAdmin[Shift]):
    """Every shift of one's stores, and what may be done with it."""

    list_display = (
        "__str__",
        "state",
        "holder",
        "opened_at",
        "closed_at",
        "difference",
    )
    list_filter = ("business_date", "store")
    list_select_related = ("store", "till__store", "holder")
    search_fields = ("store__code", "till__code", "holder__display_name")
    date_hierarchy = "business_date"
    ordering = ("-pk",)
    fields = ("store", "till", "business_date", "holder", "slip")
    readonly_fields = ("slip",)
    actions_list = ("open_shift",)
    actions_detail = ("hand_over", "close_shift")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        """With the counts, so that the list asks once."""
        return super().get_queryset(request).prefetch_related("counts")

    @display(
        description=gettext_lazy("state"), label={"open": "success", "closed": "info"}
    )
    def state(self, shift: Shift) -> tuple[str, str]:
        """Open or closed, as a badge."""
        if shift.is_open:
            return "open", pgettext("of a shift", "Open")
        return "closed", pgettext("of a shift", "Closed")

    @display(description=gettext_lazy("difference"))
    def difference(self, shift: Shift) -> str:
        """Counted less expected, over all ways of paying."""
        if shift.is_open:
            return "–"
        return format_money(sum(count.difference for count in shift.counts.all()))

    @display(description=gettext_lazy("slip"))
    def slip(self, shift: Shift) -> str:
        """The slip as it prints."""
        return format_html("<pre>{}</pre>", stores_selectors.shift_summary(shift))

    def has_open_shift_permission(self, request: HttpRequest) -> bool:
        """Anywhere at all; the form offers only the right tills."""
        return signed_in(request).has_perm("stores.open_shift")

    def has_hand_over_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this shift's store, while it is open."""
        return self._may(request, "stores.hand_over", object_id)

    def has_close_shift_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this shift's store, while it is open."""
        return self._may(request, "stores.close_shift", object_id)

    def _may(self, request: HttpRequest, permission: str, object_id: str) -> bool:
        shift = self.get_object(request, str(object_id))
        return shift.is_open and signed_in(request).has_perm(permission, shift)

    @action(
        description=gettext_lazy("Open a shift"),
        url_path="open-shift",
        permissions=["open_shift"],
        icon="point_of_sale",
    )
    def open_shift(self, request: HttpRequest) -> HttpResponseBase:
        """Choose a till, count the change, begin."""
        user = signed_in(request)
        stores = stores_selectors.stores_for(user, "stores.open_shift")
        tills = Till.objects.filter(
            is_active=True, store__is_active=True, store__in=stores
        ).select_related("store")

        def command(typed: dict[str, Any]) -> str:
            shift = stores_services.open_shift(
                **typed, staff=user, at=now(), request_id=request_id(request)
            )
            return _("Shift %(number)s is open.") % {"number": shift.pk}

        return self.ask(
            request,
            form=OpenShiftForm(**posted(request), tills=tills.order_by("pk")),
            title=_("Open a shift"),
            button=_("Open the shift"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Hand over"),
        url_path="hand-over",
        permissions=["hand_over"],
        icon="swap_horiz",
    )
    def hand_over(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The next one types a PIN, and holds the till."""
        user, shift = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            stores_services.hand_over(
                shift=shift,
                **typed,
                by=user,
                at=now(),
                request_id=request_id(request),
            )
            return _("The till is now in the hands of %(name)s.") % {
                "name": typed["to"]
            }

        return self.ask(
            request,
            form=HandOverForm(
                **posted(request), staff=stores_selectors.takers_for(shift)
            ),
            title=_("Hand over"),
            button=_("Take over the till"),
            lead=str(shift),
            command=command,
            back=self.row_url(shift),
        )

    @action(
        description=gettext_lazy("Close the shift"),
        url_path="close",
        permissions=["close_shift"],
        icon="lock",
    )
    def close_shift(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Count first; what the books expect is shown afterwards."""
        user, shift = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            reason = typed.pop("reason")
            counts = stores_services.close_shift(
                shift=shift,
                counted=typed,
                reason=reason,
                by=user,
                at=now(),
                request_id=request_id(request),
            )
            difference = sum(count.difference for count in counts)
            return _("The shift is closed. Difference: %(amount)s.") % {
                "amount": format_money(difference)
            }

        return self.ask(
            request,
            form=CloseShiftForm(shift=shift, **posted(request)),
            title=_("Close the shift"),
            button=_("Close the shift"),
            lead=str(shift),
            command=command,
            back=self.row_url(shift),
        )
