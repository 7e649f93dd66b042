"""Approvals, the log of acts, and the keys of other programs: all read only."""

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from common.admin import ReadOnlyAdmin
from common.exact_search import values_of
from common.money import format_money
from common.tables import link
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.forms import ConfirmForm, SecretForm
from stores.models import ApiKey, Approval, AuditEvent
from stores.words import ACTS, act_words, subject_words

from .actors import ActedAdmin
from .base import ScopedAdmin, action, display, posted, request_id, signed_in


class PermissionFilter(DropdownFilter):  # type: ignore[misc]  # untyped
    """By what was asked for, in words."""

    title = gettext_lazy("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All that a second person can be asked for."""
        asked = values_of(Approval, "act")
        words = [(act, stores_selectors.permission_words(act)) for act in asked]
        return sorted(words, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those acts alone."""
        act = self.value()
        return queryset.filter(act=act) if act else queryset


class ActFilter(PermissionFilter):
    """By what was done; the words are known, so a long log is not read for them."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every act that has a name."""
        words = [(act, act_words(act)) for act in ACTS]
        return sorted(words, key=lambda pair: pair[1])


def _kind_of(subject_type: str) -> str:
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


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
    list_filter = (PermissionFilter, "store")
    list_filter_submit = True
    list_select_related = ("store", "maker", "checker")
    search_fields = (
        "=maker__display_name",
        "=checker__display_name",
        "=subject",
        "=reason",
    )
    search_help_text = gettext_lazy("Whole name of one of the two, or the whole reason")
    date_hierarchy = "requested_at"
    ordering = ("-pk",)
    fields = (
        "what",
        "money",
        "reason",
        "about",
        "store",
        "shift",
        "maker",
        "beneficiary",
        "is_own_card",
        "requested_at",
        "checker",
        "approved_at",
        "used_at",
    )
    readonly_fields = ("what", "money", "about")
    actions_detail = ("approve",)

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, approval: Approval) -> str:
        """The act in words."""
        return stores_selectors.permission_words(approval.act)

    @display(description=gettext_lazy("about"), ordering="subject")
    def about(self, approval: Approval) -> str:
        """What it would be done to."""
        return subject_words(approval.subject) or "–"

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
                by=user,
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
    list_filter = (ActFilter, "store", ("at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("approver", "store", "shift__till__store")
    search_fields = ("=subject_id", "=request_id")
    search_behind: ClassVar = {"subject_id": ("subject_type",)}
    search_help_text = gettext_lazy("Number of what it was about, or of the request")
    fields = (
        "at",
        "what",
        "by",
        "approver",
        "store",
        "till",
        "shift",
        "about",
        "facts",
        "request_id",
    )
    readonly_fields = ("what", "by", "about")
    ordering = ("-pk",)

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, event: AuditEvent) -> str:
        """The act in words."""
        return act_words(event.act)

    @display(description=gettext_lazy("about"), ordering="subject_type")
    def about(self, event: AuditEvent) -> str:
        """What was touched: the kind of thing and its number, and the way to it."""
        if not event.subject_type:
            return "–"
        words = f"{_kind_of(event.subject_type)} #{event.subject_id}"
        page = f"admin:{event.subject_type.replace('.', '_')}_change"
        try:
            return link(words, reverse(page, args=[event.subject_id]))
        except NoReverseMatch:
            return words


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
