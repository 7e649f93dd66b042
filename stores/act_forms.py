"""What forms of acts share: a key, a reason, the store, and whoever stands beside."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common.forms import LineField, offer

from .models import Store, User

LARGEST_ID = 2**63 - 1
KEYS_OF_FORMS = "admin:"


class KeyForm(forms.Form):
    """Carries the key minted when the form was drawn: sent twice, it is done once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("key", f"{KEYS_OF_FORMS}{uuid.uuid4()}")

    def clean_key(self) -> str:
        """A form speaks for itself only: no key of a till, a task or a program."""
        key: str = self.cleaned_data["key"]
        return key if key.startswith(KEYS_OF_FORMS) else f"{KEYS_OF_FORMS}{key}"


class ReasonForm(forms.Form):
    """Why; it stays in the log for ever."""

    reason = LineField(
        label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget
    )


class AtStoreForm(KeyForm):
    """Where it happens."""

    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, stores: QuerySet[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "store", stores, pick_the_only_one=True)


class BesideForm(ReasonForm):
    """A reason, and the second person with a PIN or password."""

    checker = forms.ModelChoiceField(
        label=_("Second person"),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    secret = forms.CharField(
        label=_("Their PIN or password"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "checker", people)


class SecondPersonForm(AtStoreForm, BesideForm):
    """A reason, a store, and the second person: always two."""


class OnlyAboveLimit(BesideForm):
    """The second person stands by only where one's own limit ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("checker", "secret"):
            self.fields[name].required = False
        self.fields["checker"].help_text = _("Only above your own limit.")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Who stands by types a PIN or password."""
        typed = super().clean() or self.cleaned_data
        if bool(typed.get("checker")) != bool(typed.get("secret")):
            raise ValidationError(
                _("The second person is chosen, and types a PIN or password.")
            )
        return typed


class AboveLimitForm(OnlyAboveLimit, SecondPersonForm):
    """A reason, a store, and a second person where one's own limit ends."""
