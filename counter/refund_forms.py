"""What is typed to give a sale back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkout.models import Refund, SaleLine
from counter.forms import money
from counter.second import SecondForm


class RefundForm(SecondForm):
    """How much: an amount, or so much of each line; nothing said: all that is left."""

    amount = money(label=_("Amount"), required=False, min_value=1)
    to = forms.ChoiceField(label=_("Paid back"), choices=Refund.To)

    def __init__(self, *args: Any, lines: Sequence[SaleLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"line_{line.place}"] = money(label=str(line), required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("amount") and self.per_line:
            raise ValidationError(_("Say an amount or lines, not both."), code="both")
        return self.cleaned_data

    @property
    def per_line(self) -> dict[int, int] | None:
        """How much of which line, by its place; None where no line was named."""
        typed = getattr(self, "cleaned_data", {})
        named = {
            line.place: amount
            for line in self.lines
            if (amount := typed.get(f"line_{line.place}"))
        }
        return named or None

    @property
    def rows(self) -> list[tuple[SaleLine, Any]]:
        """Each line with its field."""
        return [(line, self[f"line_{line.place}"]) for line in self.lines]
