"""What a manager types to sell, give or take back a tier."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from common.forms import offer
from common.months import A_DAY, midnight
from common.sight import in_sight
from stores import selectors as stores_selectors
from stores.act_forms import LARGEST_ID, AtStoreForm, ReasonForm
from stores.models import Store

from .models import Tier


class TierChoiceForm(AtStoreForm):
    """Who, and which tier."""

    member = forms.IntegerField(
        label=_("Number of the member"),
        min_value=1,
        max_value=LARGEST_ID,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    tier = forms.ModelChoiceField(
        label=_("Tier"),
        queryset=Tier.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, tiers: QuerySet[Tier], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "tier", tiers)


class SellTierForm(TierChoiceForm):
    """And how it is paid."""

    tender = forms.ChoiceField(
        label=_("Paid by"),
        choices=stores_selectors.tender_choices,
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("member", "tier", "tender", "store")


class GiveTierForm(TierChoiceForm, ReasonForm):
    """And until when, and why."""

    last_day = forms.DateField(
        label=_("Last day"),
        validators=[in_sight],
        widget=UnfoldAdminSingleDateWidget,
    )
    field_order = ("member", "tier", "last_day", "reason", "store")

    def until(self, store: Store) -> datetime:
        """The end of the last day, by the store's clock."""
        return midnight(self.cleaned_data["last_day"] + A_DAY, store.zone)


class RefundForm(AtStoreForm, ReasonForm):
    """Where the money is given back, and why."""

    field_order = ("reason", "store")


class TakeForm(AtStoreForm, ReasonForm):
    """Where, and why."""

    field_order = ("reason", "store")
