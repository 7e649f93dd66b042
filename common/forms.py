"""Form fields that turn what was typed into what the services take."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common import money
from common.fixed_point import plain_number
from common.text import InvisibleText, has_invisible


def validate_visible(value: str) -> None:
    """Refuse a reason or reference in which something hides."""
    if has_invisible(value):
        raise ValidationError(str(InvisibleText()), code="invisible_text")


class LineField(forms.CharField):
    """A reason, a note or a reference: one line, of which all is seen."""

    default_validators = [validate_visible]


class MoneyField(forms.Field):
    """An amount of money: typed in the currency, cleaned to integer minor units."""

    def __init__(
        self,
        *,
        currency: str | None = None,
        min_value: int | None = 1,
        max_value: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.currency = currency
        self.min_value = min_value
        self.max_value = max_value
        widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}
        )
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Minor units from the books are shown as money; typed text stays as typed."""
        if isinstance(value, int) and not isinstance(value, bool):
            return money.plain(value, currency=self.currency)
        return value

    def to_python(self, value: Any) -> int | None:
        """Only text is read: a float has lost the cent before it came here."""
        if value in self.empty_values:
            return None
        if not isinstance(value, str):
            raise ValidationError(_("Enter an amount as text."), code="not_text")
        try:
            return money.parse_money(value, currency=self.currency)
        except money.AmountRefused as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def validate(self, value: Any) -> None:
        """Refuse what lies outside the limits, naming the limit."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            limit = money.format_money(self.min_value, currency=self.currency)
            raise ValidationError(
                _("The smallest amount is %(limit)s."),
                code="too_small",
                params={"limit": limit},
            )
        if self.max_value is not None and value > self.max_value:
            limit = money.format_money(self.max_value, currency=self.currency)
            raise ValidationError(
                _("The largest amount is %(limit)s."),
                code="too_large",
                params={"limit": limit},
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """`216.6` typed over `216.60` is no change."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class FixedPointField(forms.DecimalField):
    """A share or a factor: typed with decimals, cleaned to whole steps of the last one.

    With one place 75 is shown, and typed, as 7.5. The limits are in steps, too.
    """

    def __init__(
        self, *, places: int, min_value: int = 0, max_value: int, **options: Any
    ) -> None:
        self.places = places
        options.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}
            ),
        )
        super().__init__(
            min_value=Decimal(min_value).scaleb(-places),
            max_value=Decimal(max_value).scaleb(-places),
            decimal_places=places,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Steps are shown as the number they make; what was typed stays as typed."""
        if isinstance(value, int) and not isinstance(value, bool):
            return plain_number(value, self.places)
        return value

    def clean(self, value: Any) -> int | None:
        """The steps that were meant; None where it may be left empty and is."""
        typed = super().clean(value)
        return None if typed is None else int(typed.scaleb(self.places))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """`5.0` typed over `5` is no change."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


def offer(
    form: forms.Form, name: str, rows: QuerySet[Any], *, pick_the_only_one: bool = False
) -> None:
    """Say which rows a field of a form offers; the only one there is may be chosen."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
    field.queryset = rows
    if pick_the_only_one and not form.is_bound:
        two = list(rows[:2])
        if len(two) == 1:
            form.initial.setdefault(name, two[0])
