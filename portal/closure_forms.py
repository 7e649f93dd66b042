"""Leaving: at which store one is paid out, and that one wants it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import CodeForm, PortalForm


class ClosureStoreForm(PortalForm):
    """The store that pays out what is the member's own."""

    button = _("Ask this store to pay me out")

    def __init__(
        self, *args: Any, stores: Sequence[tuple[int, str]], **options: Any
    ) -> None:
        self.stores = stores
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """One list."""
        self.fields["store"] = forms.TypedChoiceField(
            label=_("Store"), coerce=int, choices=self.stores
        )
        return super().parts()


class ClosureForm(PortalForm):
    """That one gives up what was shown, and wants to go."""

    button = _("Send me a code")
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("I want to leave. What ends is clear to me; it cannot be undone."),
        error_messages={"required": _("Tick the box if you want to leave.")},
    )


class ClosureCodeForm(CodeForm):
    """The code that came, and what was shown when it was asked for."""

    button = _("Leave")
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
