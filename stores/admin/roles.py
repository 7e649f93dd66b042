"""Roles, their limits, and who holds them where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from common.money import format_money
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.forms import LimitForm, RoleForm
from stores.models import Assignment, Role, RoleLimit

from .base import HistoryAdmin, display, request_id, signed_in


@admin.register(Role)
class RoleAdmin(HistoryAdmin[Role]):
    """What each job may do."""

    store_path = None
    form = RoleForm
    list_display = ("__str__", "code", "verbs")
    search_fields = ("name", "code")
    ordering = ("pk",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Role | None = None
    ) -> tuple[str, ...]:
        """A role's code is named elsewhere: it stays."""
        return ("code",) if obj is not None else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: Role | None = None
    ) -> bool:
        """A role is emptied, never deleted: the log names it."""
        return False

    @display(description=gettext_lazy("verbs"))
    def verbs(self, role: Role) -> int:
        """How many."""
        return len(role.permissions)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change a role."""
        stores_services.save_role(
            role=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )


@admin.register(RoleLimit)
class RoleLimitAdmin(HistoryAdmin[RoleLimit]):
    """How far each role reaches alone."""

    store_path = None
    money_fields = ("per_act", "per_shift")
    form = LimitForm
    list_display = ("role", "what", "per_act_money", "per_shift_money")
    list_filter = ("role",)
    list_select_related = ("role",)
    search_fields = ("role__name", "act")
    ordering = ("role__pk", "act")
    actions = None

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, limit: RoleLimit) -> str:
        """The act in words."""
        return stores_selectors.permission_words(limit.act)

    @display(description=gettext_lazy("limit per act"), ordering="per_act")
    def per_act_money(self, limit: RoleLimit) -> str:
        """As money."""
        return format_money(limit.per_act)

    @display(description=gettext_lazy("limit per shift"), ordering="per_shift")
    def per_shift_money(self, limit: RoleLimit) -> str:
        """As money."""
        return format_money(limit.per_shift)

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Set a limit."""
        stores_services.save_limit(
            limit=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )

    def delete_model(self, request: HttpRequest, obj: RoleLimit) -> None:
        """Lift a limit."""
        stores_services.delete_limit(
            limit=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )


@admin.register(Assignment)
class AssignmentAdmin(HistoryAdmin[Assignment]):
    """Who is what, where: given and taken, never edited."""

    list_display = ("user", "role", "store")
    list_filter = ("role", "store")
    list_select_related = ("user", "role", "store")
    search_fields = ("user__username", "user__display_name")
    ordering = ("user__username", "pk")
    fields = ("user", "role", "store")
    actions = None

    def has_change_permission(
        self, request: HttpRequest, obj: Assignment | None = None
    ) -> bool:
        """Take it away and give another."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Assignment,
        form: forms.ModelForm[Assignment],
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Give a role."""
        given = stores_services.assign(
            user=obj.user,
            role=obj.role,
            store=obj.store,
            by=signed_in(request),
            at=now(),
            request_id=request_id(request),
        )
        obj.pk = given.pk

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        """Take a role away."""
        stores_services.unassign(
            assignment=obj,
            by=signed_in(request),
            at=now(),
            request_id=request_id(request),
        )
