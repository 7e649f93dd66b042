"""What is typed about a guest: a top-up, an enrolment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.forms import money
from counter.second import SecondForm
from members.models import Member
from stores import selectors as stores_selectors


class TopUpForm(SecondForm):
    """How much, and how it is paid."""

    amount = money(label=_("Paid"), min_value=1)
    tender = forms.ChoiceField(choices=())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["tender"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type)
        field.choices = list(stores_selectors.TENDERS.items())


class EnrolForm(forms.Form):
    """Phone and name; the rest may come later."""

    phone = forms.CharField(label=_("Phone"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    gender = forms.ChoiceField(
        label=_("Salutation"),
        choices=[("", ""), *Member.Gender.choices],
        required=False,
    )
    consent = forms.BooleanField(required=False)
    number = forms.CharField(label=_("Card, by scan"), max_length=80, required=False)
