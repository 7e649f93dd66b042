"""What a form in the office says of itself is checked like everything that is sent."""

import pytest

from stores.act_forms import KeyForm


def key_of(typed: str) -> str:
    form = KeyForm({"key": typed})
    assert form.is_valid()
    return str(form.cleaned_data["key"])


def test_a_form_keeps_the_key_that_it_was_drawn_with() -> None:
    drawn = str(KeyForm().initial["key"])
    assert key_of(drawn) == drawn


@pytest.mark.parametrize("other", ["counter:sale:1:ab", "api:1:x", "sale:1:stamps"])
def test_no_form_speaks_under_the_key_of_a_till_a_program_or_a_task(other: str) -> None:
    assert key_of(other) == f"admin:{other}"
