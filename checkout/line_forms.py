"""How much of which line of a bill goes back, as it is typed at a till or a desk."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkout.models import SaleLine
from checkout.services import LineRefund
from common.quantity import parse_quantity


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


class RefundLines(forms.Form):
    """Of each line an amount, a quantity or all that is left; or an amount of the bill.

    The form that has them names its lines by `add_lines`, and has a field `amount`.
    """

    def add_lines(
        self,
        lines: Sequence[SaleLine],
        *,
        amount: Callable[[SaleLine], forms.Field],
        quantity: Callable[[SaleLine], forms.Field],
        rest: Callable[[SaleLine], forms.Field],
    ) -> None:
        """The fields of every line."""
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"rest_{line.place}"] = rest(line)
            self.fields[f"quantity_{line.place}"] = quantity(line)
            self.fields[f"line_{line.place}"] = amount(line)

    def check_lines(self) -> None:
        """Either lines or an amount. Raises ValidationError."""
        if self.cleaned_data.get("amount") and self.per_line:
            raise ValidationError(_("Say an amount or lines, not both."), code="both")

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
