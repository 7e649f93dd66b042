"""What is typed in the pages of points, turned into what the services take."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from members.models import Member
from points.models import EarningRule, Reward, StampProgramme
from points.models.policy import LARGEST_CAP
from points.models.rewards import MOST_AT_ONCE
from points.services.permit import LARGEST
from stores import selectors as stores_selectors
from stores.act_forms import (
    AtStoreForm,
    OnlyAboveLimit,
    ReasonForm,
    SecondPersonForm,
)
from stores.models import Store
from tiers import selectors as tiers_selectors

NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


def whole(label: Any, *, least: int = 0, most: int = LARGEST, **options: Any) -> Any:
    """A whole number of points, stamps or things."""
    return forms.IntegerField(
        label=label,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
        widget=UnfoldAdminTextInputWidget(attrs=NUMBER),
        **options,
    )


def _tiers() -> list[tuple[str, str]]:
    return [(tier.code, str(tier)) for tier in tiers_selectors.ladder()]


def _stores() -> list[tuple[str, str]]:
    return [(store.code, str(store)) for store in Store.objects.order_by("code")]


class Ticked(forms.TypedMultipleChoiceField):
    """Some of the choices; none is no condition."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            help_text=_("None: no condition."),
            **options,
        )


class Listed(forms.CharField):
    """Words or numbers, with commas between them."""

    def __init__(self, *, number: bool = False, **options: Any) -> None:
        self.number = number
        super().__init__(
            required=False,
            max_length=400,
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """As it was typed."""
        if isinstance(value, list):
            return ", ".join(str(part) for part in value)
        return value

    def to_python(self, value: Any) -> Any:
        """Commas of any keyboard."""
        if isinstance(value, list):
            return value
        text = str(value or "").replace("，", ",").replace("、", ",")
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not self.number:
            return parts
        if not all(part.isdecimal() and len(part) < 3 for part in parts):
            raise forms.ValidationError(_("Enter numbers with commas between them."))
        return [int(part) for part in parts]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as what it means."""
        try:
            return bool(self.to_python(data) != (initial or []))
        except forms.ValidationError:
            return True


class RuleForm(forms.ModelForm[EarningRule]):
    tiers = Ticked(label=_("Tiers"), choices=_tiers)
    stores = Ticked(label=_("Stores"), choices=_stores)
    weekdays = Ticked(
        label=_("Weekdays"), choices=EarningRule.Weekday.choices, coerce=int
    )
    categories = Listed(label=_("Categories"))
    month_days = Listed(
        label=_("Days of the month"),
        number=True,
        help_text=_("The member days, such as 8, 18, 28."),
    )

    class Meta:
        model = EarningRule
        fields = "__all__"  # noqa: DJ007 (the page names the fields)


class ProgrammeForm(forms.ModelForm[StampProgramme]):
    stores = Ticked(label=_("Stores"), choices=_stores)

    class Meta:
        model = StampProgramme
        fields = "__all__"  # noqa: DJ007 (the page names the fields)


class MemberField(forms.IntegerField):
    """A member by number: a shop has too many for a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Number of the member"),
            min_value=1,
            max_value=2**31 - 1,
            widget=UnfoldAdminTextInputWidget(attrs=NUMBER),
            **options,
        )

    def clean(self, value: Any) -> Any:
        """The number of somebody who is there."""
        number = super().clean(value)
        if not Member.objects.filter(pk=number).exists():
            raise forms.ValidationError(_("There is no such member."))
        return number


class GiveForm(SecondPersonForm):
    """Points by hand: to whom, how many, why, and who stands beside."""

    member_id = MemberField()
    points = whole(_("Points"), initial=0)
    growth = whole(_("Growth value"), initial=0)
    field_order = (
        "member_id",
        "points",
        "growth",
        "reason",
        "store",
        "checker",
        "secret",
    )


class OrderForm(OnlyAboveLimit, AtStoreForm):
    """A reward for a member, paid with their points; an approver vouches for one who is
    not known, where the shop asks for it.
    """

    member_id = MemberField()
    quantity = whole(_("Quantity"), least=1, most=MOST_AT_ONCE, initial=1)
    tender = forms.ChoiceField(
        label=_("Money part paid by"),
        required=False,
        choices=lambda: [("", "–"), *stores_selectors.tender_choices()],
        widget=UnfoldAdminSelectWidget,
    )
    field_order = (
        *("member_id", "quantity", "tender", "store"),
        *("reason", "checker", "secret"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False


class CodeForm(AtStoreForm):
    """The code that the member shows."""

    code = forms.CharField(
        label=_("Code"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order = ("code", "store")


class CancelForm(ReasonForm, AtStoreForm):
    """Why an order is cancelled, and where."""

    field_order = ("reason", "store")


class RestockForm(forms.Form):
    change = whole(
        _("Put on the shelf"),
        least=-LARGEST_CAP,
        most=LARGEST_CAP,
        help_text=_("Below zero: take off the shelf."),
    )


class RewardForm(forms.ModelForm[Reward]):
    class Meta:
        model = Reward
        fields = "__all__"  # noqa: DJ007 (the page names the fields)
