"""What members type, each form with its layout; crispy draws them all."""

from collections.abc import Sequence
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout, Submit
from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.forms import MoneyField
from members.models import Channel, Consent, ConsentText, Purpose
from portal.birthday_fields import BirthdayFields, birthday_row

MOST_SHARED: Final = 1_000_000_00  # minor units, on a day
# Ways by which the house can be asked to write; a call is not asked for here.
CHANNELS = (Channel.INBOX, Channel.SMS, Channel.EMAIL)


class PortalForm(forms.Form):
    """A form of the portal: one column, its errors at the fields."""

    button: Any = _("Save")
    look = "btn-jade"

    def __init__(self, *args: Any, button: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.button = button or self.button
        self.helper = FormHelper()
        self.helper.form_method = "post"
        self.helper.attrs = {"novalidate": ""}
        self.helper.error_text_inline = True
        self.helper.html5_required = True
        self.helper.layout = Layout(*self.parts(), self.submit())

    def refuse(self, refusal: DomainError, field: str | None = None) -> None:
        """Why the house did not take it: at the field that it is about, if any."""
        self.add_error(field if field in self.fields else None, str(refusal))

    def parts(self) -> Sequence[Any]:
        """What stands above the button."""
        return [Field(name) for name in self.fields]

    def submit(self) -> Submit:
        """The one button."""
        return Submit(
            "save", self.button, css_class=f"btn {self.look} w-100", css_id="submit"
        )


class PhoneForm(PortalForm):
    """Whose phone gets a code."""

    button = _("Send me a code")
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel",
                "autofocus": "",
                "class": "num",
            }
        ),
        error_messages={"required": _("Type your phone number.")},
    )


class EmailForm(PortalForm):
    """Which address gets a code."""

    button = _("Send me a code")
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": ""}),
        error_messages={"required": _("Type your e-mail address.")},
    )


class BeginForm(PortalForm):
    """Nothing to type: a code goes to where it is known that it goes."""

    button = _("Send me a code")
    begin = forms.CharField(initial="1", widget=forms.HiddenInput)


class PaymentCodeForm(PortalForm):
    """The six digits that pay at a till; those of before where there are any."""

    before = forms.CharField(
        label=_("Payment code until now"),
        max_length=6,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}
        ),
        error_messages={"required": _("Type the six digits.")},
    )
    code = forms.CharField(
        label=_("New payment code"),
        max_length=6,
        help_text=_("Six digits that only you know; you type them at the till."),
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}
        ),
        error_messages={"required": _("Type the six digits.")},
    )
    again = forms.CharField(
        label=_("Once more"),
        max_length=6,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}
        ),
        error_messages={"required": _("Type the six digits.")},
    )

    def __init__(self, *args: Any, has_code: bool, **options: Any) -> None:
        self.has_code = has_code
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """Without one there is none to be asked for."""
        if not self.has_code:
            del self.fields["before"]
        return super().parts()

    def clean(self) -> dict[str, Any]:
        """The same twice: nobody sees what they type."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("again") and told.get("code") != told["again"]:
            self.add_error("again", _("These are two different codes."))
        return told


class CodeForm(PortalForm):
    """The code that came, in one field, so that the phone may fill it in."""

    button = _("Sign in")
    code = forms.CharField(
        label=_("Verification code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": "",
                "class": "num code-field",
            }
        ),
        error_messages={"required": _("Type the six digits.")},
    )


class ProfileForm(PortalForm):
    """What members may change about themselves."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    salutation = forms.CharField(
        label=_("Salutation"),
        max_length=20,
        required=False,
        help_text=_("How you like to be spoken to, such as Ms or Dr."),
        widget=forms.TextInput(attrs={"autocomplete": "honorific-prefix"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(
        self, *args: Any, stores: Sequence[tuple[int, str]], **options: Any
    ) -> None:
        self.stores = stores
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """The store that one calls one’s own comes last."""
        self.fields["home_store_id"] = forms.TypedChoiceField(
            label=_("My store"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "–"), *self.stores],
        )
        return super().parts()


class ConsentForm(PortalForm):
    """What one agrees to, by purpose and channel; each box says what stands now.

    The text that was read is named, so that nobody agrees to a later one unread.
    """

    button = _("Save my choices")

    def __init__(
        self,
        *args: Any,
        texts: Sequence[ConsentText],
        standing: Sequence[Consent],
        **options: Any,
    ) -> None:
        self.texts = texts
        self.words = {text.purpose: text for text in texts}
        self.granted = {(row.purpose, row.channel) for row in standing if row.granted}
        super().__init__(*args, **options)

    def parts(self) -> Sequence[Any]:
        """A group for each purpose: its words, then a box for each channel."""
        groups = []
        for text in self.texts:
            version = f"{text.purpose}-version"
            self.fields[version] = forms.IntegerField(
                initial=text.version, widget=forms.HiddenInput, min_value=1
            )
            names = [self._box(text.purpose, channel) for channel in CHANNELS]
            groups.append(
                Fieldset(
                    capfirst(str(Purpose(text.purpose).label)),
                    # By its name: the words of a shop are no template of ours.
                    HTML(
                        '<div class="small muted">'
                        f"{{% with text=form.words.{text.purpose} %}}"
                        '{% include "portal/consent_text.html" %}{% endwith %}</div>'
                    ),
                    version,
                    *names,
                )
            )
        return groups

    def _box(self, purpose: str, channel: Channel) -> str:
        name = f"{purpose}-{channel.value}"
        self.fields[name] = forms.BooleanField(
            label=capfirst(str(channel.label)),
            required=False,
            initial=(purpose, channel.value) in self.granted,
        )
        return name

    def choices(self) -> list[tuple[str, int, list[str], list[str]]]:
        """By purpose: the version that was read, the channels wanted and not."""
        chosen = []
        for text in self.texts:
            wanted = [
                channel.value
                for channel in CHANNELS
                if self.cleaned_data[f"{text.purpose}-{channel.value}"]
            ]
            unwanted = [
                channel.value for channel in CHANNELS if channel.value not in wanted
            ]
            version = self.cleaned_data[f"{text.purpose}-version"]
            chosen.append((text.purpose, version, wanted, unwanted))
        return chosen


class JoinForm(BirthdayFields, ConsentForm):
    """Who becomes a member: a name; the rest if they like. No box is ticked."""

    button = _("Become a member")
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": ""}),
        error_messages={"required": _("Type your name.")},
    )
    referral_code = forms.CharField(
        label=_("A friend’s code"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters"}),
    )

    def parts(self) -> Sequence[Any]:
        """The person first, then what they agree to."""
        return [
            "name",
            "calendar",
            birthday_row(),
            "referral_code",
            *super().parts(),
        ]


def code_field(label: Any, *, required: Any) -> forms.CharField:
    """A code as it is printed, on one line."""
    return forms.CharField(
        label=label,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "num",
            }
        ),
        error_messages={"required": required},
    )


class ReceiptForm(PortalForm):
    """The code on a bill that was paid without the card."""

    button = _("Add the points")
    code = code_field(
        _("Code on the receipt"), required=_("Type the code that the receipt shows.")
    )


class CouponCodeForm(PortalForm):
    """A word from a notice, or a code from a printed coupon."""

    button = _("Get the coupon")
    code = code_field(_("Coupon code"), required=_("Type the code or the word."))


class TakeForm(PortalForm):
    """Nothing to type: one button."""

    def __init__(self, *args: Any, button: Any = "", **options: Any) -> None:
        self.button = button or self.button
        super().__init__(*args, **options)


class StopForm(TakeForm):
    """One button that stops something."""

    look = "btn-lacquer"


class UnfreezeForm(PortalForm):
    """The six digits that only the member knows."""

    button = _("Lift the freeze")
    payment_code = forms.CharField(
        label=_("Payment code"),
        max_length=6,
        widget=forms.PasswordInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "autofocus": "",
                "class": "num",
            }
        ),
        error_messages={"required": _("Type the six digits.")},
    )


class LimitForm(PortalForm):
    """How much another may pay on a day."""

    button = _("Change the limit")
    per_day = MoneyField(
        label=_("Limit per day"), min_value=1, max_value=MOST_SHARED, required=True
    )


class ShareForm(PortalForm):
    """Who is asked to pay from one's wallet, and up to how much on a day."""

    button = _("Ask them")
    to = forms.CharField(
        label=_("Phone or card number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "off", "class": "num"}
        ),
        help_text=_("Of the member who is to pay. They are asked first."),
        error_messages={"required": _("Type a phone or a card number.")},
    )
    per_day = MoneyField(
        label=_("Limit per day"),
        min_value=1,
        max_value=MOST_SHARED,
        required=True,
        help_text=_("You can change it, or stop it, at any moment."),
    )
