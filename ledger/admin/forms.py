"""What a manager types to mend the books."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common.forms import MoneyField
from common.money import is_currency
from ledger.models import LARGEST_AMOUNT
from stores.models import Store, User

TYPED_AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}


class ReasonForm(forms.Form):
    """Why; it stays in the log for ever."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget
    )


class MendingForm(ReasonForm):
    """A reason, a store, and the second person with a PIN or password."""

    # Minted when the form is drawn: sent twice, it is done once.
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    store = forms.ModelChoiceField(
        label=_("Store"),
        queryset=Store.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    checker = forms.ModelChoiceField(
        label=_("Second person"),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    secret = forms.CharField(
        label=_("Their PIN or password"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        stores: QuerySet[Store],
        people: QuerySet[User],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("key", f"admin:{uuid.uuid4()}")
        for name, choices in (("store", stores), ("checker", people)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices
        if not self.is_bound and stores.count() == 1:
            self.initial["store"] = stores.first()


class AdjustForm(MendingForm):
    """Up or down, and by how much."""

    direction = forms.ChoiceField(
        label=_("Balance"),
        choices=[("up", _("goes up")), ("down", _("goes down"))],
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("direction", "amount", "reason", "store", "checker", "secret")

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = amount_field(unit)
        self.order_fields(self.field_order)


def amount_field(unit: str) -> forms.Field:
    """Money is typed in the currency, points and stamps as they are counted."""
    widget = UnfoldAdminTextInputWidget(attrs=TYPED_AMOUNT)
    if is_currency(unit):
        return MoneyField(
            label=_("Amount"), currency=unit, max_value=LARGEST_AMOUNT, widget=widget
        )
    return forms.IntegerField(
        label=_("Amount"), min_value=1, max_value=LARGEST_AMOUNT, widget=widget
    )
