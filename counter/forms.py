"""What is typed at the counter, turned into what the services take."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.forms import LineField, MoneyField
from stores import forms as stores_forms
from stores import selectors as stores_selectors
from stores.models import Store, Till, User

LARGEST = 10**12  # minor units


def money(**options: Any) -> MoneyField:
    """An amount from nothing up."""
    return MoneyField(**{"min_value": 0, "max_value": LARGEST, **options})


def secret(**options: Any) -> forms.CharField:
    """A PIN or a password; never shown again."""
    return forms.CharField(
        **{
            "label": _("PIN or password"),
            "max_length": 128,
            "strip": False,
            "widget": forms.PasswordInput(attrs={"autocomplete": "off"}),
            **options,
        }
    )


class SignInForm(stores_forms.SignInForm):
    """As in the office, for all who work here."""

    error_messages = AuthenticationForm.error_messages

    def confirm_login_allowed(self, user: User) -> None:
        """Whether they may go to the office does not matter here."""
        AuthenticationForm.confirm_login_allowed(self, user)


class BindForm(forms.Form):
    """Which till this screen is, and who says so."""

    till = forms.ModelChoiceField(label=_("Till"), queryset=Till.objects.none())
    manager = forms.CharField(
        label=_("Manager’s sign-in name"), max_length=60, required=False
    )
    secret = secret(required=False)

    def __init__(self, *args: Any, tills: QuerySet[Till], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["till"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
        field.queryset = tills


class OpenForm(forms.Form):
    opening_float = money(label=_("Opening float"))


class HandOverForm(forms.Form):
    """Who takes the till over, and their PIN."""

    to = forms.ModelChoiceField(
        label=_("Next at the till"), queryset=User.objects.none()
    )
    secret = secret()

    def __init__(self, *args: Any, staff: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
        field.queryset = staff


class CountForm(forms.Form):
    """The blind count: an amount for each way of paying, no hint of what is due."""

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        super().__init__(*args, **options)
        for tender, label in stores_selectors.counted_tenders(store).items():
            self.fields[tender] = money(label=label, required=tender == "cash")
        self.fields["cash"].help_text = _("The opening float included.")
        if self.is_bound:  # the first count asks for no excuse
            self.fields["reason"] = LineField(
                label=_("Why it does not add up"), max_length=200, required=False
            )

    def counted(self) -> dict[str, int]:
        """What was counted, by tender; what was left empty was not."""
        return {
            tender: amount
            for tender, amount in self.cleaned_data.items()
            if tender != "reason" and amount is not None
        }
