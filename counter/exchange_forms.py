"""What is typed to exchange goods: what comes back, and what is taken for it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkout.asked import CASH, LONGEST_REFERENCE
from checkout.bill import Bill, TenderGiven
from common.forms import LineField
from counter.forms import money
from counter.refund_forms import RefundForm
from stores import selectors as stores_selectors

MOST = 10**15  # minor units either way


class ExchangeForm(RefundForm):
    """As a refund, with the new bill and how the difference is paid.

    `told`: the difference that was on the screen; none before it was asked.
    """

    new = money(label=_("New bill"), min_value=1)
    excluded = money(label=_("Not eligible"), required=False)
    reference = LineField(
        label=_("Bill no."), max_length=LONGEST_REFERENCE, required=False
    )
    tender = forms.ChoiceField(label=_("Way of paying"), required=False, choices=())
    received = money(label=_("Cash received"), required=False)
    told = forms.IntegerField(min_value=-MOST, max_value=MOST, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["tender"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type)
        field.choices = stores_selectors.tender_choices()

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if (typed.get("excluded") or 0) > (typed.get("new") or 0):
            self.add_error(
                "excluded",
                ValidationError(
                    _("What is not eligible is a part of the bill, not more than it."),
                    code="excluded",
                ),
            )
        return typed

    @property
    def bill(self) -> Bill:
        """The new bill."""
        typed = self.cleaned_data
        return Bill.of_sum(typed["new"], excluded=typed["excluded"] or 0)

    @property
    def chosen_tender(self) -> str:
        """How the difference is paid, if there is one."""
        return self["tender"].value() or CASH

    def tenders(self, difference: int) -> list[TenderGiven]:
        """What pays the difference."""
        kind = self.cleaned_data["tender"] or CASH
        received = self.cleaned_data["received"] or 0
        amount = max(difference, received) if kind == CASH else difference
        return [TenderGiven(kind=kind, amount=amount)] if difference > 0 else []
