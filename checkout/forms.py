"""What staff type to give a sale back, and the offers that the office draws."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from common.forms import MoneyField
from common.money import format_money
from common.quantity import PIECE
from stored_value.forms import AboveLimitForm, amount_field
from stores.models import Store
from tiers.models import Tier

from .line_forms import QuantityField, RefundLines
from .models import BillOffer, NextVisitGift, Refund, SaleLine
from .models.offers import LARGEST

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class RefundForm(AboveLimitForm, RefundLines):
    """How much, or how much of which line, how, and from which drawer."""

    amount = amount_field(
        label=_("Amount"), required=False, help_text=_("Empty: all that is left.")
    )
    to = forms.ChoiceField(
        label=_("Paid back"), choices=Refund.To, widget=UnfoldAdminSelectWidget
    )
    field_order = ("amount", "to", "reason", "shift", "checker", "secret")

    def __init__(
        self, *args: Any, has_cash: bool, lines: Sequence[SaleLine], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.has_cash = has_cash
        several = lines if len(lines) > 1 else ()  # of one line the amount is enough
        self.add_lines(
            [line for line in several if line.left],
            amount=_amount_of,
            quantity=_quantity_of,
            rest=_rest_of,
        )
        of_lines = [name for name in self.fields if name not in self.field_order]
        self.order_fields(["amount", *of_lines, *self.field_order[1:]])
        self.fields["shift"].required = False
        self.fields["shift"].help_text = _(
            "The drawer that cash is taken from; empty where none is."
        )

    def clean(self) -> dict[str, Any]:
        """Cash comes out of a drawer that somebody counts."""
        typed = super().clean() or self.cleaned_data
        self.check_lines()
        in_cash = self.has_cash or typed.get("to") == Refund.To.CASH
        if in_cash and not typed.get("shift"):
            raise ValidationError(_("Choose the till that the cash is taken from."))
        return typed


def _amount_of(line: SaleLine) -> forms.Field:
    left = _("%(left)s of it is left.") % {"left": format_money(line.left)}
    label = _("%(line)s: amount") % {"line": line.shown_as}
    return amount_field(label=label, required=False, help_text=left)


def _quantity_of(line: SaleLine) -> forms.Field:
    return QuantityField(
        label=_("%(line)s: quantity") % {"line": line.shown_as},
        required=False,
        widget=forms.HiddenInput()  # nobody is asked for so much of a single piece
        if line.thousandths == PIECE
        else UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


def _rest_of(line: SaleLine) -> forms.Field:
    return forms.BooleanField(
        label=_("%(line)s: all that is left") % {"line": line.shown_as},
        required=False,
        widget=UnfoldBooleanWidget,
    )


class VoidForm(AboveLimitForm):
    """Why; the drawer is that of the sale."""

    field_order = ("reason", "checker", "secret")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["shift"]


def _rows(label: Any, help_text: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        coerce=int,
        required=False,
        help_text=help_text,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def _money(label: Any, help_text: Any = "", *, required: bool = True) -> MoneyField:
    return MoneyField(
        label=label,
        help_text=help_text,
        required=required,
        max_value=LARGEST,
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "decimal", "autocomplete": "off"}
        ),
    )


class OfferForm(forms.ModelForm[Any]):
    """Stores, tiers and weekdays are ticked; amounts are typed as money."""

    min_spend = _money(
        _("From a bill of"), _("After the tier’s discount. Empty: any."), required=False
    )
    store_ids = _rows(_("Stores"), _("None: every store."))
    tier_ids = _rows(_("Tiers"), _("None: every tier."))
    weekdays = _rows(_("Weekdays"), _("None: every day."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stores: QuerySet[Store] = Store.objects.order_by("code")
        tiers: QuerySet[Tier] = Tier.objects.order_by("rank")
        for name, choices in (
            ("store_ids", [(row.pk, str(row)) for row in stores]),
            ("tier_ids", [(row.pk, str(row)) for row in tiers]),
            ("weekdays", list(WEEKDAYS)),
        ):
            field = self.fields.get(name)  # a page that is only read has no fields
            if isinstance(field, forms.TypedMultipleChoiceField):
                field.choices = choices
        if self.initial.get("min_spend") == 0:
            self.initial["min_spend"] = None

    def clean_min_spend(self) -> int:
        """What is left empty is nothing."""
        return self.cleaned_data["min_spend"] or 0


class BillOfferForm(OfferForm):
    """Some amount off a bill."""

    amount_off = _money(_("Takes off"))
    most_off = _money(_("At most"), _("Empty: no cap."), required=False)

    class Meta:
        model = BillOffer
        fields = (
            "name_en",
            "name_zh_hans",
            "name_zh_hant",
            "is_active",
            "min_spend",
            "amount_off",
            "is_repeated",
            "most_off",
            "members_only",
            "starts_at",
            "ends_at",
            "store_ids",
            "tier_ids",
            "weekdays",
            "categories",
        )


class NextVisitForm(OfferForm):
    """A coupon for a bill."""

    class Meta:
        model = NextVisitGift
        fields = (
            "name_en",
            "name_zh_hans",
            "name_zh_hant",
            "is_active",
            "template",
            "min_spend",
            "starts_at",
            "ends_at",
            "store_ids",
            "tier_ids",
            "weekdays",
        )
