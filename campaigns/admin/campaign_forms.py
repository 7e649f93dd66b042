"""What the office types about campaigns, turned into what the services take."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from campaigns import checks as campaigns_checks
from campaigns.errors import (
    CampaignRefused,
    EverybodyUnconfirmed,
    SegmentNeedsAttention,
)
from campaigns.kinds import CHANNELS, StepKind
from campaigns.models import Campaign, CampaignStep, Segment
from common.forms import LineField, MoneyField
from coupons.forms import PercentField
from coupons.models import CouponTemplate
from messaging.models import MessageChannel, MessageTemplate
from stores.act_forms import AboveLimitForm

# Of one occasion or two: nobody need fill them in for the others.
ONLY_OF = {
    "means_everybody": ("one_off", "repeating"),
    "band": ("win_back",),
    "balance_below": ("balance_low",),
    "stamps_missing": ("stamp_card",),
    "timing": ("birthday",),
    "days_before": ("birthday", "expiring", "after_visit"),
    "repeats": ("repeating",),
    "repeat_day": ("repeating",),
}
ONLY_FOR_SOME = {"stamps_missing", "repeats", "repeat_day"}
CHOICES = [(channel, MessageChannel(channel).label) for channel in CHANNELS]


class CampaignForm(forms.ModelForm[Campaign]):
    """Percent and money as people type them."""

    holdout_bp = PercentField(
        label=_("held out"), help_text=_("Who gets nothing, so that one can compare.")
    )
    split_bp = PercentField(
        label=_("share of B"),
        required=False,
        help_text=_("Of two variants. 0: there is one."),
    )
    budget = MoneyField(
        label=_("budget"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=_("What its gifts may cost at most. Empty: no bound."),
    )

    balance_below = MoneyField(
        label=_("balance below"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=_("Of a low balance: stored value with its bonus."),
    )

    means_everybody = forms.BooleanField(
        label=_("I mean all members"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Asked of what goes to everybody at once."),
    )

    class Meta:
        model = Campaign
        fields = "__all__"  # noqa: DJ007 (the page names them)
        field_classes: ClassVar = {"note": LineField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "segment" in self.fields:
            in_use = Segment.objects.filter(is_active=True).order_by("name")
            self.fields["segment"].queryset = in_use  # type: ignore[attr-defined]  # a choice of models
        for name in ONLY_FOR_SOME & set(self.fields):
            self.fields[name].required = False
        for field in self.fields.values():
            field.label = capfirst(field.label or "")
            if isinstance(field.widget, forms.MultiWidget):  # a day and its time
                for part, said in zip(
                    field.widget.widgets, (_("Date"), _("Time")), strict=False
                ):
                    part.attrs["aria-label"] = f"{field.label}: {said}"
        # What was saved was meant, until it is changed.
        self.initial.setdefault("means_everybody", self.instance.pk is not None)

    def _post_clean(self) -> None:
        """What goes to everybody is meant on purpose."""
        super()._post_clean()  # type: ignore[misc]  # Django's own step
        if self.errors:
            return
        try:
            campaigns_checks.check_everybody(
                self.instance,
                is_meant=self.cleaned_data.get("means_everybody", False),
                at=now(),
            )
        except EverybodyUnconfirmed as unconfirmed:
            self.add_error("means_everybody", str(unconfirmed))
        except SegmentNeedsAttention as needed:
            self.add_error("segment", str(needed))

    def clean(self) -> dict[str, Any] | None:
        """What an occasion does not ask for stays as it is offered."""
        cleaned = super().clean()
        for name in ONLY_FOR_SOME & set(self.cleaned_data):
            if self.cleaned_data[name] in (None, ""):
                field = self._meta.model._meta.get_field(name)
                self.cleaned_data[name] = field.get_default()  # type: ignore[union-attr]  # a column
        return cleaned


class StepForm(forms.ModelForm[CampaignStep]):
    """One step; its channels are ticked."""

    channels = forms.MultipleChoiceField(
        label=_("channels"),
        choices=CHOICES,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = CampaignStep
        fields = "__all__"  # noqa: DJ007 (the page names them)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "kind" in self.fields:
            # A step that was left alone is none.
            self.fields["kind"].choices = [("", "–"), *StepKind.choices]  # type: ignore[attr-defined]  # a choice
        if "template" in self.fields:
            in_use = MessageTemplate.objects.filter(is_active=True).order_by("name")
            self.fields["template"].queryset = in_use  # type: ignore[attr-defined]  # a choice of models
        if "coupon_template" in self.fields:
            opened = CouponTemplate.objects.filter(is_open=True).order_by("-pk")
            self.fields["coupon_template"].queryset = opened  # type: ignore[attr-defined]  # a choice of models


class StepFormSet(BaseInlineFormSet[CampaignStep, Campaign, StepForm]):
    """All steps, as they will be numbered."""

    def steps(self) -> list[CampaignStep]:
        """New rows in the order of their positions; the former are left alone."""
        kept = [
            form
            for form in self.forms
            if form.is_valid()
            and (form.has_changed() or form.instance.pk)
            and not form.cleaned_data.get("DELETE")
        ]
        kept.sort(key=lambda form: form.cleaned_data.get("position") or 0)
        return [
            CampaignStep(
                position=place,
                kind=form.cleaned_data["kind"],
                arm=form.cleaned_data["arm"],
                days=form.cleaned_data["days"],
                template=form.cleaned_data["template"],
                channels=form.cleaned_data["channels"],
                coupon_template=form.cleaned_data["coupon_template"],
                points=form.cleaned_data["points"],
            )
            for place, form in enumerate(kept, start=1)
        ]

    def clean(self) -> None:
        """What contradicts itself is said above the steps, as they were typed."""
        super().clean()
        if any(self.errors):
            return
        try:
            campaigns_checks.check_saved(self.instance, self.steps(), at=now())
        except (CampaignRefused, SegmentNeedsAttention) as refused:
            raise ValidationError(str(refused)) from refused


class StartForm(AboveLimitForm):
    """A reason, what was looked at, and an approver where the cost asks for one."""

    field_order = ("reason", "means_everybody", "store", "checker", "secret")
    saved_at = forms.CharField(widget=forms.HiddenInput)
    means_everybody = forms.BooleanField(
        label=_("I mean all members"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["saved_at"] = campaign.saved_at.isoformat()
        stores: Any = self.fields["store"]
        store = campaign.store or stores.queryset.first()
        self.initial["store"] = None if store is None else store.pk
        if not campaigns_checks.means_all(campaign, at=now()):
            self.fields["means_everybody"].widget = forms.HiddenInput()

    def clean_saved_at(self) -> Any:
        """The moment of the draft that was looked at."""
        moment = parse_datetime(self.cleaned_data["saved_at"])
        if moment is None or moment.tzinfo is None:
            raise ValidationError(_("Look at the campaign again."))
        return moment
