"""Rules, stamp programmes and tasks: settings-like rows with their history."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from common.money import format_money
from points import services as points_services
from points.models import EarningRule, StampProgramme, Task
from points.words import explain_step
from stores.admin import figures
from stores.admin.base import (
    HistoryAdmin,
    display,
    may_everywhere,
    request_id,
    signed_in,
)

from .forms import ProgrammeForm, RuleForm


class SettingAdmin[M: models.Model](HistoryAdmin[M]):
    """Rows of the whole house: saved by the command, never deleted."""

    store_path = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They hold at every store, so only who may act for all draws them."""
        return self._everywhere(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """The same for changing one."""
        return self._everywhere(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Put out of use, never deleted: what was given names it."""
        return False

    def _everywhere(self, request: HttpRequest, verb: str) -> bool:
        return may_everywhere(request, self._name(verb))

    def get_readonly_fields(
        self, request: HttpRequest, obj: M | None = None
    ) -> tuple[str, ...]:
        """A code stands in keys and in the books: it stays."""
        return ("code",) if obj is not None and hasattr(obj, "code") else ()

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A figure that has a default may be left empty."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in figures.writers_of(self) and db_field.has_default():
            field.required = False
        return field

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Add or change one."""
        plain = self.model()
        for name in figures.writers_of(self):
            if getattr(obj, name) is None:  # left empty
                setattr(obj, name, getattr(plain, name))
        points_services.save_setting(
            row=obj, by=signed_in(request), at=now(), request_id=request_id(request)
        )


@admin.register(EarningRule)
class EarningRuleAdmin(SettingAdmin[EarningRule]):
    """What earns more, when, where and for whom."""

    form = RuleForm
    money_fields = ("per", "least_amount")
    factor_fields = ("factor",)
    list_display = ("name", "programme", "kind", "effect", "starts_at", "ends_at", "on")
    list_filter = ("programme", "kind", "is_active")
    search_fields = ("name",)
    ordering = ("-is_active", "name")
    fieldsets = (
        (None, {"fields": ("name", "programme", "kind", "is_active")}),
        (_("What it does"), {"fields": ("earn", "per", "flat", "factor")}),
        (
            _("When"),
            {
                "fields": (
                    ("starts_at", "ends_at"),
                    "weekdays",
                    "month_days",
                    ("from_time", "until_time"),
                )
            },
        ),
        (
            _("For whom and what"),
            {"fields": ("tiers", "birthday", "stores", "categories", "least_amount")},
        ),
    )

    @display(description=_("effect"))
    def effect(self, rule: EarningRule) -> str:
        """The rule in a sentence."""
        return explain_step(
            {
                "name": rule.name,
                "programme": rule.programme,
                "earn": rule.earn,
                "per": rule.per,
                "flat": rule.flat,
                "factor": rule.factor,
                "is_factor": rule.kind == rule.Kind.FACTOR,
            }
        )

    @display(description=_("in use"), ordering="is_active", boolean=True)
    def on(self, rule: EarningRule) -> bool:
        """Whether it counts at all."""
        return rule.is_active


@admin.register(StampProgramme)
class StampProgrammeAdmin(SettingAdmin[StampProgramme]):
    """Stamp cards: how stamps are earned, and what a full card gives."""

    form = ProgrammeForm
    money_fields = ("amount",)
    list_display = ("name", "code", "earned_by", "least", "stamps", "points", "coupon")
    list_filter = ("earned_by", "is_active")
    list_select_related = ("coupon",)
    search_fields = ("name", "code")
    ordering = ("-is_active", "name")
    fields = (
        "code",
        "name",
        "earned_by",
        "amount",
        "stamps",
        "most_per_day",
        "points",
        "growth",
        "coupon",
        "live_months",
        "stores",
        "starts_at",
        "ends_at",
        "is_active",
    )

    @display(description=_("amount"), ordering="amount")
    def least(self, programme: StampProgramme) -> str:
        """The amount that counts."""
        return format_money(programme.amount)


@admin.register(Task)
class TaskAdmin(SettingAdmin[Task]):
    """What a member may do beside buying."""

    list_display = ("name", "code", "kind", "period", "points", "growth", "coupon")
    list_filter = ("kind", "period", "is_active")
    list_select_related = ("coupon",)
    search_fields = ("name", "code")
    ordering = ("-is_active", "name")
    fields = (
        "code",
        "name",
        "kind",
        "period",
        "days",
        "most_per_year",
        "points",
        "growth",
        "coupon",
        "starts_at",
        "ends_at",
        "is_active",
    )
