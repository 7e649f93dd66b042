"""Text in which nothing hides."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from common.forms import LineField
from common.text import InvisibleText, has_invisible, one_line

HIDDEN = ["\x00", "\x01", "\x1b", "\x7f", "\u200b", "\u200d", "\u202e", "\u2066"]
HIDDEN += ["\ufeff", "\u00ad", "\u2028", "\u3164", "\n", "\r", "\t", "\ud800"]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_reason_in_which_something_hides_is_refused(hidden: str) -> None:
    assert has_invisible(hidden)
    with pytest.raises(InvisibleText):
        one_line(f"given{hidden} back", 200)
    with pytest.raises(ValidationError):
        LineField().clean(f"given{hidden} back")


@pytest.mark.parametrize("text", ["错发", "Café №5 – “so”", "1\u00a0000 ¥", "ﾄﾞ", "🎂"])
def test_what_people_write_is_kept(text: str) -> None:
    assert one_line(f"  {text} ", 200) == text
    assert LineField().clean(text) == text


def test_it_is_cut_to_the_column() -> None:
    assert one_line("x" * 300, 200) == "x" * 200


def all_forms(kind: type[forms.BaseForm] = forms.BaseForm) -> set[type[forms.BaseForm]]:
    below = {one for sub in kind.__subclasses__() for one in all_forms(sub)}
    return {kind} | below


def test_every_form_asks_for_reasons_and_references_by_the_one_field() -> None:
    """The forms of all apps: their urls and admin pages have loaded them."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # loads every screen
    asked = [
        (f"{form.__module__}.{form.__name__}.{name}", field)
        for form in all_forms()
        for name, field in getattr(form, "base_fields", {}).items()
        if name in {"reason", "reference", "note", "memo"}
        and isinstance(field, forms.CharField)
    ]
    assert len(asked) > 10
    assert [name for name, field in asked if not isinstance(field, LineField)] == []
