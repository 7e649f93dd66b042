"""What is typed to give a sale back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkout.asked import LONGEST_REFERENCE
from checkout.line_forms import QuantityField, RefundLines
from checkout.models import Refund, SaleLine
from common.forms import LineField
from common.sight import in_sight
from counter.forms import money
from counter.second import SecondForm
from stores.models import Store


class ElsewhereForm(forms.Form):
    """What a receipt of another store says."""

    store = forms.ModelChoiceField(label=_("Store"), queryset=Store.objects.none())
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[in_sight],
    )
    reference = LineField(label=_("Bill no."), max_length=LONGEST_REFERENCE)
    net = money(label=_("Paid"), min_value=0)

    def __init__(self, *args: Any, stores: Sequence[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
        field.queryset = Store.objects.filter(
            pk__in=[store.pk for store in stores]
        ).order_by("code")


class RefundForm(SecondForm, RefundLines):
    """How much: an amount, or so much of each line; nothing said: all that is left."""

    amount = money(label=_("Amount"), required=False, min_value=1)
    to = forms.ChoiceField(label=_("Paid back"), choices=Refund.To)

    def __init__(self, *args: Any, lines: Sequence[SaleLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_lines(
            lines,
            amount=lambda line: money(label=str(line), required=False),
            quantity=lambda _line: QuantityField(label=_("Quantity"), required=False),
            rest=lambda _line: forms.BooleanField(
                label=_("All that is left"), required=False
            ),
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_lines()
        return self.cleaned_data

    @property
    def rows(self) -> list[tuple[SaleLine, Any, Any, Any]]:
        """Each line with its fields: an amount, a quantity, all that is left."""
        return [
            (
                line,
                self[f"line_{line.place}"],
                self[f"quantity_{line.place}"],
                self[f"rest_{line.place}"],
            )
            for line in self.lines
        ]
