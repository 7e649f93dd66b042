"""What staff type in the admin, turned into what the services take."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.timezone import now  # noqa: TID251 (a form is a screen)
from django.utils.translation import gettext_lazy as _
from structlog.contextvars import get_contextvars
from unfold.forms import AuthenticationForm, UserCreationForm
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from common.errors import DomainError
from common.forms import LineField, MoneyField, offer
from stores import selectors as stores_selectors
from stores import services as stores_services

from .models import Role, RoleLimit, Shift, Till, User
from .services.approvals import LARGEST

TYPED_AMOUNT = {"inputmode": "decimal", "autocomplete": "off"}
TYPED_PIN = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}


def _known_permissions() -> list[tuple[str, str]]:
    return list(stores_selectors.all_permissions().items())


def money_field(**options: Any) -> MoneyField:
    """An amount from nothing up to the largest that the books hold."""
    return MoneyField(
        min_value=0,
        max_value=LARGEST,
        widget=UnfoldAdminTextInputWidget(attrs=TYPED_AMOUNT),
        **options,
    )


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # the theme is untyped
    """Name, password and, from whoever has set one up, the authenticator's code."""

    otp_token = forms.CharField(
        label=_("Authenticator code"),
        required=False,
        max_length=16,
        help_text=_("Only if you have set up an authenticator app."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": " ".join(INPUT_CLASSES),
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        user = self.get_user()
        if user is not None:
            try:
                # What django-otp looks for when it marks the session as verified.
                user.otp_device = stores_services.check_totp(
                    user=user, code=self.cleaned_data.get("otp_token", "")
                )
            except DomainError as refusal:
                raise forms.ValidationError(str(refusal), refusal.code) from refusal
            stores_services.record_sign_in(
                user=user,
                at=now(),
                request_id=str(get_contextvars().get("request_id", "")),
            )
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned


class StaffCreationForm(UserCreationForm):  # type: ignore[misc]  # the theme is untyped
    class Meta:
        model = User
        fields = ("username", "display_name", "language")


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("New PIN"),
        max_length=6,
        help_text=_("Four to six digits."),
        widget=UnfoldAdminPasswordWidget(attrs=TYPED_PIN),
    )


class SecretForm(forms.Form):
    """Someone proves who they are."""

    secret = forms.CharField(
        label=_("PIN or password"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )


class OwnPinForm(PinForm, SecretForm):
    """One's own: whoever finds the screen unattended still knows no secret."""

    field_order = ("secret", "pin")


class CodeForm(SecretForm):
    """The new authenticator's first code, from the person themselves."""

    code = forms.CharField(
        label=_("Authenticator code"),
        max_length=16,
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )


class ConfirmForm(forms.Form):
    """Nothing to type: the button is the question."""


class PermissionsField(forms.MultipleChoiceField):
    """The verbs of a role, ticked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=_known_permissions,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            required=False,
            **options,
        )


class RoleForm(forms.ModelForm[Role]):
    permissions = PermissionsField(label=_("May"))

    class Meta:
        model = Role
        fields = ("code", "name", "permissions")


class LimitForm(forms.ModelForm[RoleLimit]):
    act = forms.ChoiceField(
        label=_("Act"),
        choices=_known_permissions,
        widget=UnfoldAdminSelectWidget,
    )
    per_act = money_field(label=_("Limit per act"))
    per_shift = money_field(label=_("Limit per shift"))

    class Meta:
        model = RoleLimit
        fields = ("role", "act", "per_act", "per_shift")


class TillChoice(forms.ModelChoiceField[Till]):
    def label_from_instance(self, obj: Till) -> str:
        return f"{obj.store.name} / {obj.code}"


class OpenShiftForm(forms.Form):
    till = TillChoice(
        label=_("Till"), queryset=Till.objects.none(), widget=UnfoldAdminSelectWidget
    )
    opening_float = money_field(
        label=_("Opening float"), help_text=_("The change in the drawer, counted.")
    )

    def __init__(self, *args: Any, tills: QuerySet[Till], **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["till"]
        assert isinstance(choice, TillChoice)  # noqa: S101 (for the type alone)
        choice.queryset = tills


class HandOverForm(SecretForm):
    to = forms.ModelChoiceField(
        label=_("Next at the till"),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("to", "secret")

    def __init__(self, *args: Any, staff: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "to", staff)


class CloseShiftForm(forms.Form):
    """The blind count: an amount for each way of paying, no hint of what is due."""

    def __init__(self, *args: Any, shift: Shift, **options: Any) -> None:
        super().__init__(*args, **options)
        for tender, label in stores_selectors.counted_tenders(shift.store).items():
            self.fields[tender] = money_field(label=label)
        cash = stores_selectors.tender_name("cash")
        self.fields["cash"].help_text = _(
            "%(cash)s in the drawer, the opening float included."
        ) % {"cash": cash}
        if self.is_bound:  # the first count asks for no excuse
            self.fields["reason"] = LineField(
                label=_("Why it does not add up"),
                max_length=200,
                required=False,
                widget=UnfoldAdminTextInputWidget,
            )
