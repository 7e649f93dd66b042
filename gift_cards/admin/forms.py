"""What a manager types about gift cards."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminImageFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common import money
from common.forms import MoneyField, offer
from common.sight import in_sight
from gift_cards import sealing
from gift_cards.models import LARGEST_BATCH, GiftCardDesign
from stores.act_forms import AboveLimitForm, ReasonForm

TYPED = {"inputmode": "decimal", "autocomplete": "off"}


class CareForm(AboveLimitForm):
    """A reason, a store, and a second person where one is needed."""

    field_order: tuple[str, ...] = ("reason", "store", "checker", "secret")


class ReasonAtForm(CareForm):
    """A reason and a store: one person may do it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("checker", "secret"):
            del self.fields[name]


class ReplaceForm(CareForm):
    """Which code is replaced: a form sent twice replaces it once."""

    code_id = forms.IntegerField(widget=forms.HiddenInput)


class ExtendForm(CareForm):
    """Until which day, the day included."""

    until = forms.DateField(
        label=_("Valid until"), validators=[in_sight], widget=UnfoldAdminDateWidget
    )
    field_order = ("until", "reason", "store", "checker", "secret")

    def clean_until(self) -> datetime:
        """The first moment of the day after."""
        day: date = self.cleaned_data["until"]
        return make_aware(datetime.combine(day + timedelta(days=1), time.min))


class BatchForm(forms.Form):
    """Cards to be printed."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
    )
    design = forms.ModelChoiceField(
        label=_("Design"),
        queryset=GiftCardDesign.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=LARGEST_BATCH,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    amount = MoneyField(
        label=_("Face value"),
        required=False,
        help_text=_("Empty: the amount is chosen when the card is sold."),
        widget=UnfoldAdminTextInputWidget(attrs=TYPED),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        designs = GiftCardDesign.objects.filter(is_active=True)
        offer(self, "design", designs.order_by("name"))


class ExportForm(forms.Form):
    """The passphrase that opens the file: told to the printer by another way."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        min_length=16,
        max_length=64,
        help_text=_(
            "Write it down now and tell it to the printer by another way than the "
            "file. Nobody can read the codes without it, and they leave only this once."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("passphrase", sealing.new_passphrase())


class FaceValues(forms.CharField):
    """Amounts as one types them: 50, 100, 200."""

    def prepare_value(self, value: Any) -> Any:
        """Minor units are shown as money."""
        if isinstance(value, list):
            return ", ".join(money.plain(amount) for amount in value)
        return value

    def to_python(self, value: Any) -> Any:
        """What was typed, in minor units."""
        text = str(super().to_python(value) or "")
        parts = text.replace("，", ",").replace("、", ",").split(",")
        try:
            return sorted(money.parse_money(part) for part in parts if part.strip())
        except money.AmountRefused as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        """50 typed over 50.00 is no change."""
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


class DesignForm(forms.ModelForm[GiftCardDesign]):
    """A face, its amounts, and a picture of the shop's own."""

    upload = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_(
            "Only for a face of your own: PNG, JPEG or WebP, at most 20 megapixels and "
            "10 MB, best 1012 × 638."
        ),
        widget=UnfoldAdminImageFieldWidget(
            attrs={"accept": "image/png,image/jpeg,image/webp"}
        ),
    )
    face_values = FaceValues(
        label=_("Face values"),
        required=False,
        max_length=300,
        help_text=_("With commas between: 50, 100, 200."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    free_from = MoneyField(
        label=_("Free amount from"),
        required=False,
        help_text=_("Empty, with the next: only the face values."),
        widget=UnfoldAdminTextInputWidget(attrs=TYPED),
    )
    free_to = MoneyField(
        label=_("Free amount to"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=TYPED),
    )

    class Meta:
        model = GiftCardDesign
        fields = (
            "name",
            "face",
            "greeting",
            "face_values",
            "free_from",
            "free_to",
            "is_active",
        )


__all__ = [
    "BatchForm",
    "CareForm",
    "DesignForm",
    "ExportForm",
    "ExtendForm",
    "ReasonAtForm",
    "ReasonForm",
    "ReplaceForm",
]
