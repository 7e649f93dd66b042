"""Approvals, the log of acts, and the keys of other programs: all read only."""

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
from stores import services as stores_services
from stores.forms import ConfirmForm, SecretForm
from stores.models import ApiKey, Approval, AuditEvent
from stores.words import ACTS

from .actors import ActedAdmin
from .base import ScopedAdmin, action, display, posted, request_id, signed_in


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin[Approval], ScopedAdmin[Approval]):
    """What was asked of a second person, and what came of it."""

    list_display = (
        "pk",
        "what",
        "money",
        "store",
        "maker",
        "checker",
        "requested_at",
        "approved_at",
        "used_at",
    )
    list_filter = ("act", "store")
    list_select_related = ("store", "maker", "checker")
    search_fields = ("act", "reason", "maker__display_name", "checker__display_name")
    date_hierarchy = "requested_at"
    ordering = ("-pk",)
    fields = (
        "what",
        "money",
        "reason",
        "subject",
        "store",
        "shift",
        "maker",
        "beneficiary",
        "requested_at",
        "checker",
        "approved_at",
        "used_at",
    )
    readonly_fields = ("what", "money")
    actions_detail = ("approve",)

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, approval: Approval) -> str:
        """The act in words."""
        return stores_selectors.all_permissions().get(approval.act, approval.act)

    @display(description=gettext_lazy("amount"), ordering="amount")
    def money(self, approval: Approval) -> str:
        """The amount as money."""
        return format_money(approval.amount)

    def has_approve_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this approval's store, while it waits."""
        approval = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm("stores.approve", approval)
        return may and approval.checker_id is None

    @action(
        description=gettext_lazy("Approve"),
        url_path="approve",
        permissions=["approve"],
        icon="verified_user",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The second person, signed in as themselves, still proves it."""
        user, approval = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            stores_services.approve(
                approval=approval,
                checker=user,
                **typed,
                at=now(),
                request_id=request_id(request),
            )
            return _("Approved.")

        return self.ask(
            request,
            form=SecretForm(**posted(request)),
            title=_("Approve"),
            button=_("Approve"),
            lead=f"{self.what(approval)} · {self.money(approval)} · {approval.reason}",
            command=command,
            back=self.row_url(approval),
        )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin[AuditEvent], ActedAdmin[AuditEvent]):
    """Who did what, where and when."""

    list_display = ("at", "what", "by", "approver", "store", "shift")
    list_filter = ("act", "store")
    list_select_related = ("approver", "store", "shift__till__store")
    search_fields = ("act", "actor", "subject_id", "request_id")
    date_hierarchy = "at"
    ordering = ("-pk",)

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, event: AuditEvent) -> str:
        """The act in words."""
        return str(ACTS.get(event.act, event.act))


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin[ApiKey], ScopedAdmin[ApiKey]):
    """Other programs' sign-ins; the keys themselves are kept nowhere."""

    list_display = ("name", "store", "prefix", "scopes", "created_at", "revoked_at")
    list_filter = ("store",)
    list_select_related = ("store",)
    search_fields = ("name", "prefix")
    ordering = ("-pk",)
    exclude = ("digest",)
    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this key's store, while it is valid."""
        key = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm("stores.revoke_apikey", key)
        return may and key.revoked_at is None

    @action(
        description=gettext_lazy("Revoke"),
        url_path="revoke",
        permissions=["revoke"],
        icon="key_off",
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Asked once, then the next call with it is refused."""
        user, key = signed_in(request), self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            stores_services.revoke_api_key(
                key=key, by=user, at=now(), request_id=request_id(request)
            )
            return _("The key is revoked.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Revoke"),
            button=_("Revoke the key"),
            lead=key.name,
            command=command,
            back=self.row_url(key),
        )
