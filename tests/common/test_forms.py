"""The field in which an amount of money is typed."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from common.forms import FixedPointField, MoneyField


class TopUp(forms.Form):
    amount = MoneyField(currency="CNY", max_value=500_000)


def test_a_form_cleans_to_minor_units() -> None:
    form = TopUp({"amount": "216.60"})
    assert form.is_valid()
    assert form.cleaned_data == {"amount": 21660}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", "The smallest amount is ¥0.01."),
        ("5000.01", "The largest amount is ¥5,000.00."),
        ("12.345", "This amount has more decimals than the currency."),
        ("ten", "Enter an amount in digits, for example 216.60."),
        ("", "This field is required."),
    ],
)
def test_a_refusal_is_a_sentence_and_nothing_is_cleaned(
    typed: str, sentence: str
) -> None:
    with translation.override("en"):
        form = TopUp({"amount": typed})
        assert form.errors == {"amount": [sentence]}
    assert "amount" not in form.cleaned_data


@pytest.mark.parametrize("given", [216.6, 216, True, b"216"])
def test_only_text_is_read(given: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        MoneyField(currency="CNY").clean(given)
    assert refusal.value.code == "not_text"


def test_what_the_books_hold_is_shown_as_money() -> None:
    field = MoneyField(currency="CNY")
    assert field.prepare_value(21660) == "216.60"
    assert field.prepare_value("as typed") == "as typed"


def test_the_same_amount_typed_shorter_is_no_change() -> None:
    field = MoneyField(currency="CNY", required=False)
    assert not field.has_changed(21660, "216.6")
    assert field.has_changed(21660, "216.7")
    assert field.has_changed(21660, "nonsense")
    assert field.clean("") is None


def test_a_share_is_typed_in_percent_and_kept_in_whole_steps() -> None:
    field = FixedPointField(places=1, max_value=1000)
    assert field.clean("7.5") == 75
    assert field.clean("100") == 1000
    assert field.prepare_value(75) == "7.5"
    assert field.prepare_value(1000) == "100"
    assert field.prepare_value("as typed") == "as typed"
    assert not field.has_changed(75, "07.5")
    assert field.has_changed(75, "7.4")
    for wrong in ("7.55", "100.1", "-1", "nonsense", "NaN", "1e3", ""):
        with pytest.raises(ValidationError):
            field.clean(wrong)
    assert (
        FixedPointField(places=3, max_value=100_000, required=False).clean("") is None
    )
