"""What a manager types to mend the books."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common.forms import MoneyField
from common.money import is_currency
from ledger.models import LARGEST_AMOUNT
from stores.act_forms import SecondPersonForm

TYPED_AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}


class AdjustForm(SecondPersonForm):
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
