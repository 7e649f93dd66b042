"""Holds: what is set aside, captured or given back."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from stored_value import services as stored_value_services
from stored_value.forms import AtTillForm, CaptureForm
from stored_value.models import Hold
from stores.admin.base import ScopedAdmin, action, display, signed_in

from .base import at_till, doing

HOLD = "stored_value.hold_value"


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin[Hold], ScopedAdmin[Hold]):
    """Every hold of one's stores, and what may be done with it."""

    money_fields = ("amount", "principal", "bonus", "captured")
    list_display = (
        "__str__",
        "member",
        "money",
        "state",
        "note",
        "store",
        "placed_at",
        "expires_at",
    )
    list_filter = ("status", "store")
    list_select_related = ("member", "store")
    search_fields = ("=id", "=member__phone", "=member__id")
    search_help_text = gettext_lazy("Number of the hold or the member, or a phone")
    ordering = ("-pk",)
    actions_detail = ("capture", "release")
    export_columns = ("pk", "member_id", "amount", "captured", "status", "placed_at")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def money(self, row: Hold) -> str:
        """What is held."""
        return format_money(row.amount)

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={
            "open": "warning",
            "captured": "success",
            "released": "info",
            "expired": "info",
        },
    )
    def state(self, row: Hold) -> tuple[str, str]:
        """The status, as a badge."""
        return row.status, row.get_status_display()

    def _may(self, request: HttpRequest, object_id: str) -> bool:
        row = self.get_object(request, str(object_id))
        return row.status == Hold.Status.OPEN and signed_in(request).has_perm(HOLD, row)

    def has_capture_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is held, at its store."""
        return self._may(request, object_id)

    def has_release_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is held, at its store."""
        return self._may(request, object_id)

    @action(
        description=gettext_lazy("Capture"),
        url_path="capture",
        permissions=["capture"],
        icon="task_alt",
    )
    def capture(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Take what was held, or a part of it."""
        row = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            ended = stored_value_services.capture_hold(
                hold_id=row.pk,
                amount=typed["amount"],
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("%(amount)s is captured.") % {
                "amount": format_money(ended.captured)
            }

        return self.ask(
            request,
            form=at_till(request, CaptureForm, HOLD),
            title=_("Capture a hold"),
            button=_("Capture"),
            lead=f"{row} · {self.money(row)}",
            command=command,
            back=self.row_url(row),
        )

    @action(
        description=gettext_lazy("Release"),
        url_path="release",
        permissions=["release"],
        icon="undo",
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give it back to the wallet."""
        row = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            stored_value_services.release_hold(
                hold_id=row.pk, by=doing(request, typed, at), at=at, key=typed["key"]
            )
            return _("The hold is released.")

        return self.ask(
            request,
            form=at_till(request, AtTillForm, HOLD),
            title=_("Release a hold"),
            button=_("Release"),
            lead=f"{row} · {self.money(row)}",
            command=command,
            back=self.row_url(row),
        )
