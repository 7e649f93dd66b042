"""Top-up plans with their steps, and whose account is a staff person's own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from common.fixed_point import PERCENT_PLACES
from common.forms import FixedPointField
from common.money import format_money
from stored_value import services as stored_value_services
from stored_value.forms import amount_field
from stored_value.models import TopUpPlan, TopUpStep
from stored_value.models.plans import MOST_BONUS_PER_MILLE
from stores.admin import figures
from stores.admin.base import (
    HistoryAdmin,
    act_of,
    may_everywhere,
    signed_in,
)

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class PlanForm(forms.ModelForm[TopUpPlan]):
    """Weekdays are ticked, not typed."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None: every day."),
    )

    class Meta:
        model = TopUpPlan
        fields = (
            "name",
            "is_active",
            "mode",
            "first_top_up_only",
            "times_per_member",
            "starts_at",
            "ends_at",
            "weekdays",
            "stores",
            "tiers",
            "bonus_valid_days",
        )


class StepForm(forms.ModelForm[TopUpStep]):
    """Amounts are typed as money."""

    amount = amount_field(label=_("Paid"))
    bonus = amount_field(label=_("Bonus"), required=False)
    bonus_per_mille = FixedPointField(
        label=_("Bonus (%)"),
        help_text=_("Of what is paid, in place of an amount: 10 is a tenth."),
        places=PERCENT_PLACES,
        max_value=MOST_BONUS_PER_MILLE,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("bonus_per_mille", "points", "growth", "coupons"):
            self.fields[name].required = False
        # An amount of nothing is left empty.
        if self.initial.get("bonus") == 0:
            self.initial["bonus"] = None

    def clean(self) -> dict[str, Any]:
        """What is left empty is nothing."""
        typed: dict[str, Any] = super().clean() or {}
        for name in ("bonus", "bonus_per_mille", "points", "growth", "coupons"):
            typed[name] = typed.get(name) or 0
        return typed

    class Meta:
        model = TopUpStep
        fields = (
            "amount",
            "bonus",
            "bonus_per_mille",
            "points",
            "growth",
            "coupon_template",
            "coupons",
        )


READ = figures.as_read(
    TopUpStep,
    StepForm.Meta.fields,
    {
        "amount": format_money,
        "bonus": format_money,
        "bonus_per_mille": figures.format_percent,
    },
)


class StepInline(TabularInline):  # type: ignore[misc]  # the theme is untyped
    """The steps of a plan, saved with it by one command."""

    model = TopUpStep
    form = StepForm
    extra = 1
    ordering = ("amount",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Typed as money, and read as money."""
        if self.has_change_permission(request, obj):
            return StepForm.Meta.fields
        return READ

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it, for whoever may only read the plan."""
        return () if self.has_change_permission(request, obj) else READ

    def get_formset(self, request: HttpRequest, obj: Any = None, **given: Any) -> Any:
        """Nothing to type in for whoever may only read the plan."""
        if not self.has_change_permission(request, obj):
            given["form"] = forms.ModelForm
        return super().get_formset(request, obj, **given)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may save the plan."""
        return signed_in(request).has_perm("stored_value.add_topupplan")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may save the plan."""
        return signed_in(request).has_perm("stored_value.change_topupplan")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may save the plan."""
        return self.has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may read the plan."""
        return signed_in(request).has_perm("stored_value.view_topupplan")


@admin.register(TopUpPlan)
class TopUpPlanAdmin(HistoryAdmin[TopUpPlan]):
    """What is on offer; a change takes nothing back from who was promised more."""

    store_path = None
    form = PlanForm
    inlines = (StepInline,)
    list_display = ("name", "is_active", "mode", "starts_at", "ends_at", "version")
    list_filter = ("is_active", "mode")
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("stores", "tiers")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Plans are the house's, so only who may act for all makes them."""
        return self._may_save(request, "add")

    def has_change_permission(
        self, request: HttpRequest, obj: TopUpPlan | None = None
    ) -> bool:
        """The same for changing one."""
        return self._may_save(request, "change")

    def _may_save(self, request: HttpRequest, verb: str) -> bool:
        return may_everywhere(request, self._name(verb))

    def has_delete_permission(
        self, request: HttpRequest, obj: TopUpPlan | None = None
    ) -> bool:
        """A plan is taken off the offer, never deleted: promises name it."""
        return False

    def save_by_command(self, request: HttpRequest, obj: Any) -> None:
        """Saved with its steps, in `save_related`."""

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """One command: the plan, its steps, where and for whom."""
        steps: list[TopUpStep] = []
        for formset in formsets:
            # The admin's own log reads these; the command keeps what was changed.
            formset.new_objects = formset.changed_objects = []
            formset.deleted_objects = []
            steps += [
                row.instance
                for row in formset.forms
                if row.cleaned_data and not row.cleaned_data.get("DELETE")
            ]
        at = now()
        stored_value_services.save_plan(
            plan=form.instance,
            steps=steps,
            stores=form.cleaned_data["stores"],
            tiers=form.cleaned_data["tiers"],
            by=act_of(request, at),
            at=at,
        )
