"""What members tell of themselves: what they like, their days, when they were born."""

from collections.abc import Sequence
from typing import Any, Final

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.birthday_fields import (
    DAYS,
    MONTHS,
    BirthdayFields,
    birthday_row,
)
from portal.forms import PortalForm
from recognition.models import Occasion, Preference

LARGEST_NUMBER: Final = 2**63 - 1


class OwnPreferenceForm(PortalForm):
    """A like, a size, what one must not eat."""

    button = _("Remember this")
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Preference.Kind.choices,
        initial=Preference.Kind.LIKE,
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=120,
        help_text=_("Such as: shoes 38, peanuts, by the window."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write something first.")},
    )


class OwnOccasionForm(PortalForm):
    """A day of the year that the house should think of."""

    button = _("Remember this day")
    kind = forms.ChoiceField(label=_("Kind"), choices=Occasion.Kind.choices)
    words = forms.CharField(
        label=_("Whose day, or which"),
        max_length=80,
        required=False,
        help_text=_("Such as: Mei, our daughter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    month = forms.TypedChoiceField(
        label=_("Month"),
        choices=MONTHS,
        coerce=int,
        error_messages={"required": _("Choose the month.")},
    )
    day = forms.TypedChoiceField(
        label=pgettext_lazy("of a month", "Day"),
        choices=DAYS,
        coerce=int,
        error_messages={"required": _("Choose the day.")},
    )
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        min_value=1900,
        max_value=2200,
        help_text=_("May stay empty."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
    )

    def parts(self) -> Sequence[Any]:
        """The day in one row."""
        return ["kind", "words", Div("year", "month", "day", css_class="birthday")]


class OwnBirthdayForm(BirthdayFields, PortalForm):
    """One's own, once."""

    def parts(self) -> Sequence[Any]:
        """As where one joins."""
        return ["calendar", birthday_row()]

    def clean(self) -> dict[str, Any]:
        """Nothing chosen is no birthday."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and self.birthday() is None:
            self.add_error("day", _("Choose the month and the day."))
        return told


class RemovalForm(forms.Form):
    """Which of one's own rows goes: a button names it."""

    remove = forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
