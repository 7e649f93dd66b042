"""What staff type to give cards out and to mend them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common.forms import LineField, offer
from stores import selectors as stores_selectors
from stores.act_forms import LARGEST_ID, AtStoreForm, KeyForm, ReasonForm

from .models import CardKind
from .services.stock import LARGEST_BATCH


class KindForm(forms.Form):
    """Which kind of card."""

    kind = forms.ModelChoiceField(
        label=_("Kind of card"),
        queryset=CardKind.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, kinds: QuerySet[CardKind], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "kind", kinds)


class PaidForm(AtStoreForm):
    """Where, how it is paid, and the card that is handed over."""

    tender = forms.ChoiceField(
        label=_("Paid by"),
        choices=stores_selectors.tender_choices,
        help_text=_("Where it costs something."),
        widget=UnfoldAdminSelectWidget,
    )


class ScanForm(PaidForm):
    """And the card that is handed over."""

    number = forms.CharField(
        label=_("Number of the card in stock"),
        required=False,
        max_length=40,
        help_text=_("Scan it. Empty for a card on the phone."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order: tuple[str, ...] = ("number", "tender", "store")


class MemberForm(forms.Form):
    """Whose it becomes."""

    member = forms.IntegerField(
        label=_("Number of the member"),
        min_value=1,
        max_value=LARGEST_ID,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class IssueForm(KindForm, ScanForm, MemberForm):
    """A card for a member, or an anonymous one for nobody by name."""

    field_order = ("kind", "member", "number", "tender", "store")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].required = False
        self.fields["member"].help_text = _("Empty for an anonymous card.")


class BindForm(AtStoreForm, MemberForm):
    """To whom, and where."""

    field_order = ("member", "store")


class StockForm(KindForm, KeyForm):
    """How many of which kind."""

    quantity = forms.IntegerField(
        label=_("Cards"),
        min_value=1,
        max_value=LARGEST_BATCH,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    note = LineField(
        label=_("Note"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ("kind", "quantity", "note")


class ExportForm(ReasonForm):
    """Why the numbers leave the house."""
