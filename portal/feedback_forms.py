"""What members say about a visit, and write back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from common.money import AmountRefused, parse_money
from common.sight import in_sight
from portal.forms import PortalForm


def scale(least: int, most: int) -> list[tuple[str, str]]:
    """The numbers one chooses from."""
    return [(str(one), str(one)) for one in range(least, most + 1)]


def words_field(label: Any, *, required: bool) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        max_length=2000,
        required=required,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first.")},
    )


class SurveyForm(PortalForm):
    """One question of effort, one of recommending, and words."""

    button = _("Send")
    effort = forms.TypedChoiceField(
        label=_("How easy was your visit? 1: very hard, 7: very easy"),
        choices=scale(1, 7),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a number.")},
    )
    score = forms.TypedChoiceField(
        label=_("Would you recommend us to a friend? 0: no, 10: yes, gladly"),
        choices=scale(0, 10),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    words = words_field(_("What should we know?"), required=False)

    def parts(self) -> Sequence[Any]:
        """The numbers in a row each, as large as a thumb."""
        row = {"template": "portal/scale.html"}
        return [Field("effort", **row), Field("score", **row), Field("words")]


class ReplyBackForm(PortalForm):
    """Write back."""

    button = _("Send")
    words = words_field(_("Your words"), required=True)


class FeedbackWordsForm(PortalForm):
    """Something to say, about a store."""

    button = _("Send")
    words = words_field(_("What should we know?"), required=True)
    field_order: tuple[str, ...] = ("store", "words")

    def __init__(
        self, *args: Any, stores: Sequence[tuple[int, str]], **options: Any
    ) -> None:
        self.stores = stores
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """The store first."""
        self.fields["store"] = forms.TypedChoiceField(
            label=_("Store"), coerce=int, choices=self.stores
        )
        self.order_fields(self.field_order)
        return super().parts()


class MissingVisitForm(FeedbackWordsForm):
    """A visit that is not on the card: where, when, how much."""

    day = forms.DateField(
        label=_("Day"),
        validators=[in_sight],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day.")},
    )
    amount = forms.CharField(
        label=_("Amount paid"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
        error_messages={"required": _("Type the amount on the bill.")},
    )
    words = words_field(_("Anything that helps us find it"), required=False)
    field_order = ("store", "day", "amount", "words")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def clean_amount(self) -> int:
        """Minor units."""
        try:
            return parse_money(self.cleaned_data["amount"])
        except AmountRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
