"""What staff type about wallets, turned into what the services take."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timezone import now  # noqa: TID251 (a form is a screen)
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from cards import selectors as cards_selectors
from common.forms import LineField, MoneyField, offer
from common.sight import in_sight
from coupons import selectors as coupons_selectors
from coupons.errors import CodeNotKnown
from members import selectors as members_selectors
from stores import selectors as stores_selectors
from stores.act_forms import KeyForm, OnlyAboveLimit
from stores.models import Shift

from .models import TopUpPlan

LARGEST = 10**15
ENOUGH_DIGITS = 7  # of a phone: money goes to nobody who is only guessed at
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


def amount_field(**options: Any) -> MoneyField:
    """An amount of money, above nothing."""
    widget = UnfoldAdminTextInputWidget(
        attrs={"inputmode": "decimal", "autocomplete": "off"}
    )
    return MoneyField(max_value=LARGEST, widget=widget, **options)


class MemberField(forms.CharField):
    """A member by what is said at the counter: no list of everybody to choose from."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Member"))
        options.setdefault("help_text", _("Phone, or # and the number."))
        super().__init__(max_length=80, widget=UnfoldAdminTextInputWidget(), **options)

    def clean(self, value: Any) -> Any:
        """The member, or a sentence that says that there is none."""
        text = str(super().clean(value)).strip()
        names_one = text.startswith("#") or "@" in text
        if not names_one and sum(sign.isdigit() for sign in text) < ENOUGH_DIGITS:
            raise ValidationError(
                _("Give the phone, or # and the number."), code="not_one_member"
            )
        found = members_selectors.find_hits(text, now(), limit=2)
        if not found:
            raise ValidationError(_("No such member."), code="no_such_member")
        if len(found) > 1:
            raise ValidationError(
                _("Several members fit: give the whole phone."), code="not_one_member"
            )
        if found[0].is_former:
            raise ValidationError(
                _("This is a former number of a member: give # and the number."),
                code="former_number",
            )
        return found[0].member


class AtTillForm(KeyForm):
    """An act of value: at which open till, once for each time the form is drawn."""

    shift = forms.ModelChoiceField(
        label=_("Till"),
        queryset=Shift.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Its shift counts what comes in and goes out."),
    )

    def __init__(self, *args: Any, shifts: QuerySet[Shift], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "shift", shifts, pick_the_only_one=True)


class AboveLimitForm(OnlyAboveLimit, AtTillForm):
    """A reason, a till, and a second person where one's own limit ends."""


class CardField(forms.CharField):
    """A card that belongs to nobody by name, by its whole number."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Bearer card"))
        options.setdefault("help_text", _("Scan it, or type the whole number."))
        widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """The card, or a sentence that says why it is not one of these."""
        card = cards_selectors.card_by_number(str(super().clean(value)))
        if card is None:
            raise ValidationError(_("No such card."), code="no_such_card")
        if card.member_id is not None:
            raise ValidationError(
                _("This card is a member’s: take the member’s wallet."),
                code="not_a_bearer",
            )
        return card


def tender_field() -> forms.ChoiceField:
    """The ways in which money is taken and paid out."""
    return forms.ChoiceField(
        label=_("Paid by"),
        choices=stores_selectors.tender_choices,
        widget=UnfoldAdminSelectWidget,
    )


class CouponField(forms.CharField):
    """A coupon that a member holds, by its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Code of a top-up coupon"),
            max_length=40,
            required=False,
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            help_text=_("The member’s own; its bonus is added to the plan’s."),
            **options,
        )

    def clean(self, value: Any) -> Any:
        """The coupon; None where none is typed; or a sentence that there is none."""
        typed = str(super().clean(value)).strip()
        if not typed:
            return None
        try:
            return coupons_selectors.by_code(typed)
        except CodeNotKnown as unknown:
            raise ValidationError(str(unknown), code=unknown.code) from unknown


class TopUpForm(AtTillForm):
    member = MemberField()
    amount = amount_field(label=_("Amount"))
    tender = tender_field()
    plan = forms.ModelChoiceField(
        label=_("Plan"),
        queryset=TopUpPlan.objects.filter(is_active=True).order_by("name"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Empty: the one that gives most."),
    )
    coupon = CouponField()
    field_order = ("member", "amount", "tender", "plan", "coupon", "shift")


class BearerTopUpForm(AtTillForm):
    card = CardField()
    amount = amount_field(label=_("Amount"))
    tender = tender_field()
    field_order = ("card", "amount", "tender", "shift")


class BearerPayForm(AtTillForm):
    amount = amount_field(label=_("Amount"))
    field_order = ("amount", "shift")


class PayForm(AtTillForm):
    amount = amount_field(label=_("Amount"))
    payment_code = forms.CharField(
        label=_("Payment code"),
        max_length=6,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={**DIGITS, "maxlength": "6"}),
        help_text=_("Typed by the member, where it is asked for."),
    )
    field_order = ("amount", "payment_code", "shift")


class HoldForm(AboveLimitForm):
    amount = amount_field(label=_("Amount"))
    note = LineField(
        label=_("For"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    payment_code = forms.CharField(
        label=_("Payment code or rotating code"),
        max_length=40,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs=DIGITS),
        help_text=_("Typed by the member, where it is asked for."),
    )
    field_order = (
        *("amount", "note", "payment_code"),
        *("reason", "shift", "checker", "secret"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False


class CaptureForm(AtTillForm):
    amount = amount_field(
        label=_("Amount"), required=False, help_text=_("Empty: all that is held.")
    )
    field_order = ("amount", "shift")


class PayoutForm(AboveLimitForm):
    tender = tender_field()
    field_order = ("tender", "reason", "shift", "checker", "secret")


class TransferForm(AboveLimitForm):
    taker = MemberField(label=_("To"))
    amount = amount_field(label=_("Amount"))
    field_order = ("taker", "amount", "reason", "shift", "checker", "secret")


class RefundForm(AboveLimitForm):
    """One of the latest payments, whole or in part."""

    payment = forms.ChoiceField(label=_("Payment"), widget=UnfoldAdminSelectWidget)
    amount = amount_field(
        label=_("Amount"),
        required=False,
        help_text=_("Empty: all that is left of it."),
    )
    field_order = ("payment", "amount", "reason", "shift", "checker", "secret")

    def offer(self, payments: list[tuple[str, str]]) -> None:
        """What may be given back."""
        field = self.fields["payment"]
        if isinstance(field, forms.ChoiceField):
            field.choices = payments


class NewCodeForm(OnlyAboveLimit):
    """Typed by the member, who shows the code on the phone or whom somebody knows."""

    code = forms.CharField(
        label=_("New payment code"),
        max_length=6,
        help_text=_("Six digits, typed by the member."),
        widget=UnfoldAdminPasswordWidget(attrs={**DIGITS, "maxlength": "6"}),
    )
    rotating_code = forms.CharField(
        label=_("Code on the member’s phone"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=DIGITS),
    )
    field_order = ("code", "rotating_code", "reason", "checker", "secret")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False
        self.fields["checker"].help_text = _(
            "Who knows the member, where no phone shows a code."
        )


class PeriodForm(forms.Form):
    """Business days, both included."""

    since = forms.DateField(
        label=_("From"), validators=[in_sight], widget=UnfoldAdminDateWidget
    )
    until = forms.DateField(
        label=_("Until"), validators=[in_sight], widget=UnfoldAdminDateWidget
    )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        since, until = typed.get("since"), typed.get("until")
        if since and until and not 0 <= (until - since).days <= 366:
            raise ValidationError(_("Choose a period of up to a year."))
        return typed
