"""What is typed to look after a guest, and to sell gift cards."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.forms import money
from counter.second import SecondForm
from coupons.models import CouponTemplate
from points.models import Reward, StampProgramme
from recognition.models import Preference
from stores import selectors as stores_selectors

LARGEST_ID = 2**63 - 1
MOST_VISITS = 100  # off one pass at once


def tender_field(*, required: bool = True) -> forms.ChoiceField:
    """A way of paying."""
    return forms.ChoiceField(
        label=_("Way of paying"),
        choices=stores_selectors.tender_choices,
        required=required,
    )


class GiveCouponForm(SecondForm):
    template = forms.ModelChoiceField(
        label=_("Coupon"), queryset=CouponTemplate.objects.filter(is_open=True)
    )
    quantity = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=100, initial=1
    )


class CardForm(forms.Form):
    """One of the guest's cards; for a new one also its number and the payment."""

    card = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    number = forms.CharField(label=_("New card"), max_length=80, required=False)
    tender = tender_field(required=False)


class NewCardForm(forms.Form):
    number = forms.CharField(label=_("Card, by scan"), max_length=80)
    tender = tender_field(required=False)


class SellCouponForm(forms.Form):
    template = forms.ModelChoiceField(
        label=_("Coupon"),
        queryset=CouponTemplate.objects.filter(is_open=True, price__isnull=False),
    )
    tender = tender_field()


class PassForm(forms.Form):
    """One of the guest's passes."""

    coupon = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    visits = forms.IntegerField(
        label=_("Visits"), min_value=1, max_value=MOST_VISITS, required=False
    )


class StampForm(forms.Form):
    """A stamp card, and the bill it is stamped for."""

    programme = forms.ModelChoiceField(
        label=_("Stamp card"), queryset=StampProgramme.objects.filter(is_active=True)
    )
    amount = money(label=_("Bill"), required=False)


class WordsForm(forms.Form):
    words = forms.CharField(label=_("Words"), max_length=1000)


class LikingForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Preference.Kind.choices)
    words = forms.CharField(label=_("Words"), max_length=120)


class FeedbackForm(forms.Form):
    words = forms.CharField(label=_("Words"), max_length=2000, required=False)
    stars = forms.IntegerField(
        label=_("Stars"), min_value=1, max_value=5, required=False
    )
    is_complaint = forms.BooleanField(required=False)


class OrderForm(SecondForm):
    payment_code = forms.CharField(max_length=40, required=False)
    reward = forms.ModelChoiceField(
        label=_("Reward"), queryset=Reward.objects.filter(is_active=True)
    )
    tender = tender_field(required=False)


class PhoneCodeForm(forms.Form):
    """Nothing is typed: the code goes to the phone that is known."""


class PaymentCodeForm(SecondForm):
    """What proves the member, where they have it, and six new digits, twice."""

    proof = forms.CharField(
        label=_("Code from the phone"), max_length=40, required=False
    )
    new_code = forms.CharField(label=_("New payment code"), max_length=6)
    again = forms.CharField(label=_("The same again"), max_length=6)

    def clean_again(self) -> str:
        """Typed by somebody who sees dots."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("new_code"):
            raise forms.ValidationError(
                _("These are two different codes."), code="codes_differ"
            )
        return again


class LiftFreezeForm(SecondForm):
    """The guest's payment code, which they type; without it an approver vouches."""

    payment_code = forms.CharField(
        label=_("Payment code"), max_length=6, required=False
    )


class SellGiftForm(forms.Form):
    """A face and an amount, or the codes of printed cards that are scanned."""

    design = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    code = forms.CharField(label=_("Printed card"), max_length=80, required=False)
    amount = money(label=_("Amount"), required=False, min_value=1)
    tender = tender_field()
    buyer = forms.CharField(label=_("Buyer"), max_length=100, required=False)


class OpenGiftForm(forms.Form):
    """A gift card by its code; with a guest, what is on it goes into the wallet."""

    code = forms.CharField(label=_("Gift card code"), max_length=80)
    pin = forms.CharField(label=_("PIN"), max_length=16, required=False)
    guest = forms.CharField(label=_("Guest"), max_length=100, required=False)


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=80)
