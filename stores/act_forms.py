"""What forms of acts above share: a key, a reason, and the store where it happens."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from .models import Store

LARGEST_ID = 2**63 - 1


class KeyForm(forms.Form):
    """Carries the key minted when the form was drawn: sent twice, it is done once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("key", f"admin:{uuid.uuid4()}")


class ReasonForm(forms.Form):
    """Why; it stays in the log."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget
    )


class AtStoreForm(KeyForm):
    """Where it happens."""

    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, stores: QuerySet[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["store"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = stores
        if not self.is_bound and stores.count() == 1:
            self.initial["store"] = stores.first()
