"""What is typed about a guest: a top-up, an enrolment."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.forms import money
from counter.second import SecondForm
from members.models import Member
from stores import selectors as stores_selectors

LARGEST_ID: Final = 2**63 - 1


class TopUpForm(SecondForm):
    """How much, how it is paid, and the coupon that is laid on it."""

    amount = money(label=_("Paid"), min_value=1)
    tender = forms.ChoiceField(choices=())
    coupon = forms.IntegerField(
        label=_("Coupon"), min_value=1, max_value=LARGEST_ID, required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["tender"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type)
        field.choices = stores_selectors.tender_choices()


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
