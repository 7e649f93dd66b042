"""When somebody was born: asked where one joins, and where it was never told."""

from typing import Final

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.birthdays import FIRST_YEAR, LAST_YEAR, LUNAR, SOLAR, Birthday

MONTHS: Final = [("", "–"), *((str(one), str(one)) for one in range(1, 13))]
DAYS: Final = [("", "–"), *((str(one), str(one)) for one in range(1, 32))]
LEAP: Final = "leap"


def birthday_row() -> Div:
    """Year, month and day beside each other."""
    return Div("year", "month", "day", css_class="birthday")


class BirthdayFields(forms.Form):
    """A day of the solar or the lunar year; the year itself if one likes."""

    calendar = forms.ChoiceField(
        label=_("Birthday"),
        required=False,
        choices=[
            (SOLAR, _("Solar calendar")),
            (LUNAR, _("Lunar calendar")),
            (LEAP, _("Lunar calendar, leap month")),
        ],
    )
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
    )
    month = forms.ChoiceField(label=_("Month"), required=False, choices=MONTHS)
    day = forms.ChoiceField(
        label=pgettext_lazy("of a month", "Day"),
        required=False,
        choices=DAYS,
        help_text=_("Once told, only a manager changes it. The year may stay empty."),
    )

    def birthday(self) -> Birthday | None:
        """The day that was told, unchecked; None where none was."""
        told = self.cleaned_data
        if not (told["month"] or told["day"] or told["year"]):
            return None
        return Birthday(
            month=int(told["month"] or 0),
            day=int(told["day"] or 0),
            year=told["year"],
            calendar=LUNAR if told["calendar"] == LEAP else told["calendar"] or SOLAR,
            leap=told["calendar"] == LEAP,
        )
