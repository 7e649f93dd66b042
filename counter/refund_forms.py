"""What is typed to give a sale back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkout.asked import LONGEST_REFERENCE
from checkout.models import Refund, SaleLine
from checkout.services import LineRefund
from common.forms import LineField
from common.quantity import parse_quantity
from common.sight import in_sight
from counter.forms import money
from counter.second import SecondForm
from stores.models import Store


class QuantityField(forms.CharField):
    """Pieces, or a weight with at most three decimals; thousandths inside."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=12, **options)

    def clean(self, value: Any) -> int | None:
        """So many thousandths, or None."""
        plain = str(super().clean(value)).strip().replace(",", ".")
        if not plain:
            return None
        try:
            return parse_quantity(plain)
        except ValueError as wrong:
            raise ValidationError(
                _("A quantity is a number with at most three decimals."), code="invalid"
            ) from wrong


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


class RefundForm(SecondForm):
    """How much: an amount, or so much of each line; nothing said: all that is left."""

    amount = money(label=_("Amount"), required=False, min_value=1)
    to = forms.ChoiceField(label=_("Paid back"), choices=Refund.To)

    def __init__(self, *args: Any, lines: Sequence[SaleLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"line_{line.place}"] = money(label=str(line), required=False)
            self.fields[f"quantity_{line.place}"] = QuantityField(
                label=_("Quantity"), required=False
            )
            self.fields[f"rest_{line.place}"] = forms.BooleanField(
                label=_("All that is left"), required=False
            )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("amount") and self.per_line:
            raise ValidationError(_("Say an amount or lines, not both."), code="both")
        return self.cleaned_data

    @property
    def per_line(self) -> dict[int, int | LineRefund] | None:
        """How much of which line, by its place; None where no line was named."""
        named: dict[int, int | LineRefund] = {}
        for line in self.lines:
            asked = self._of(line.place)
            if asked is not None:
                named[line.place] = asked
        return named or None

    def _of(self, place: int) -> LineRefund | None:
        typed = getattr(self, "cleaned_data", {})
        amount = typed.get(f"line_{place}") or None
        thousandths = typed.get(f"quantity_{place}") or None
        if amount or thousandths:
            return LineRefund(amount=amount, thousandths=thousandths)
        return LineRefund() if typed.get(f"rest_{place}") else None

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
