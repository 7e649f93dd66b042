"""What a member types to give a friend a gift card."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.money import AmountRefused, format_money, parse_money
from common.sight import in_sight
from gift_cards.models import Gift, GiftCardDesign
from members.errors import PhoneNotRead
from members.phones import read_phone
from portal.forms import PortalForm

OTHER = ""


class GiveCardForm(PortalForm):
    """How much, to whom, how it travels and when, with which words."""

    button = _("Give it")
    value = forms.TypedChoiceField(
        label=_("Amount"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    amount = forms.CharField(
        label=_("Another amount"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )
    name = forms.CharField(
        label=_("Your friend’s name"),
        max_length=80,
        error_messages={"required": _("Type your friend’s name.")},
    )
    message = forms.CharField(
        label=_("Your words"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    giver = forms.CharField(label=_("From"), max_length=80, required=False)
    channel = forms.ChoiceField(label=_("How it gets there"), widget=forms.RadioSelect)
    email = forms.CharField(
        label=_("Your friend’s e-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Your friend’s phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "off", "class": "num"}
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=settings.LANGUAGES
    )
    day = forms.DateField(
        label=_("On this day"),
        required=False,
        validators=[in_sight],
        help_text=_("Empty: today. Until it has left you can take it back."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    payment_code = forms.CharField(
        label=_("Payment code"),
        max_length=6,
        required=False,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}
        ),
    )

    def __init__(
        self,
        *args: Any,
        design: GiftCardDesign,
        channels: Sequence[tuple[str, Any]],
        today: date,
        country: str,
        code_above: int,
        **options: Any,
    ) -> None:
        self.design, self.channels, self.today = design, channels, today
        self.country, self.code_above = country, code_above
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """Only what this design and this shop have."""
        design, fields = self.design, self.fields
        fields["value"].choices = [  # type: ignore[attr-defined]  # it has choices
            (str(one), format_money(one)) for one in sorted(design.face_values)
        ]
        if design.free_from is None or design.free_to is None:
            del fields["amount"]
        else:
            fields["amount"].help_text = _("From %(least)s to %(most)s.") % {
                "least": format_money(design.free_from),
                "most": format_money(design.free_to),
            }
        if not design.face_values:
            del fields["value"]
            fields["amount"].label = _("Amount")
        fields["channel"].choices = self.channels  # type: ignore[attr-defined]
        travels = {channel for channel, _words in self.channels}
        for channel, field in (("email", "email"), ("message", "phone")):
            if channel not in travels:
                del fields[field]
        fields["day"].widget.attrs["min"] = self.today.isoformat()
        fields["payment_code"].help_text = _(
            "Asked for above %(amount)s, as at the till."
        ) % {"amount": format_money(self.code_above)}
        return [
            Field(name, template="portal/amounts.html") if name == "value" else name
            for name in fields
        ]

    def clean_amount(self) -> int | None:
        """Minor units; None: one of the values is chosen."""
        typed = self.cleaned_data["amount"].strip()
        if not typed:
            return None
        try:
            return parse_money(typed)
        except AmountRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_phone(self) -> str:
        """In E.164, whatever way it was typed."""
        typed = self.cleaned_data["phone"].strip()
        if not typed or self.data.get("channel") != Gift.Channel.MESSAGE:
            return ""
        try:
            return read_phone(typed, country=self.country)
        except PhoneNotRead as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        """One amount, and the address that the way needs."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        value, amount = told.get("value"), told.get("amount")
        where = "amount" if "amount" in self.fields else "value"
        if not self.errors.keys() & {"value", "amount"}:
            if value is None and amount is None:
                self.add_error(where, _("Choose an amount."))
            elif value is not None and amount is not None:
                self.add_error(where, _("Choose one amount, or type another."))
        for channel, field, words in (
            ("email", "email", _("Type your friend’s e-mail.")),
            ("message", "phone", _("Type your friend’s phone.")),
        ):
            is_needed = told.get("channel") == channel and field not in self.errors
            if is_needed and not told.get(field, "").strip():
                self.add_error(field, words)
        day = told.get("day")
        if day is not None and day < self.today:
            self.add_error("day", _("Choose today or a later day."))
        return told

    @property
    def price(self) -> int:
        """What was chosen, in minor units."""
        typed = self.cleaned_data.get("amount")
        return int(typed if typed is not None else self.cleaned_data["value"])
