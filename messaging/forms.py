"""What marketers type: the words of one channel in every language, and where to try."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from members.models import Purpose

from .models import MessageChannel, MessageText, ValueKind
from .services import Words

LANGUAGES: Final = [code for code, _name in settings.LANGUAGES]


class WordsForm(forms.Form):
    """A new version: what the template is, and the words of one channel."""

    name = forms.CharField(
        label=gettext_lazy("name"), max_length=80, widget=UnfoldAdminTextInputWidget
    )
    waits_at_night = forms.BooleanField(
        label=gettext_lazy("waits out the quiet hours"),
        required=False,
        help_text=gettext_lazy("Offers, news and surveys always do."),
        widget=UnfoldBooleanWidget,
    )
    values = forms.CharField(
        label=gettext_lazy("values"),
        required=False,
        help_text=gettext_lazy(
            "One a line, with its kind: coupon text. Kinds: text, number, money, date, "
            "moment, link, secret. {{ member }}, {{ brand }} and {{ store }} are known."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, channel: str, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.channel = channel
        if is_new:
            self._ask_what_it_is()
        for code, language in settings.LANGUAGES:
            self._ask_words(code, language)

    def _ask_what_it_is(self) -> None:
        self.fields["code"] = forms.CharField(
            label=gettext_lazy("code"),
            max_length=60,
            help_text=gettext_lazy(
                "By which programs name it: small letters, digits and _."
            ),
            widget=UnfoldAdminTextInputWidget,
        )
        self.fields["purpose"] = forms.ChoiceField(
            label=gettext_lazy("purpose"),
            choices=Purpose.choices,
            widget=UnfoldAdminSelectWidget,
        )

    def _ask_words(self, code: str, language: str) -> None:
        def ask(name: str, label: Any, rows: int, *, required: bool) -> None:
            widget = (
                UnfoldAdminTextareaWidget(attrs={"rows": rows, "lang": code})
                if rows > 1
                else UnfoldAdminTextInputWidget(attrs={"lang": code})
            )
            self.fields[f"{name}.{code}"] = forms.CharField(
                label=f"{label} · {language}", required=required, widget=widget
            )

        if self.channel == MessageChannel.EMAIL:
            ask("subject", _("Subject"), 1, required=True)
        ask("body", _("Text"), 5, required=True)
        if self.channel == MessageChannel.EMAIL:
            ask("html", _("HTML"), 4, required=False)
        if self.channel in {MessageChannel.SMS, MessageChannel.WECHAT}:
            ask("provider_template", _("Template at the provider"), 1, required=False)

    def clean_values(self) -> dict[str, str]:
        """Each value with its kind."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["values"].splitlines():
            if not line.strip():
                continue
            name, _blank, kind = line.strip().partition(" ")
            if kind.strip() not in ValueKind.values or name in found:
                raise ValidationError(_("Write a name and its kind in each line."))
            found[name] = kind.strip()
        return found

    def words(self, typed: Mapping[str, Any]) -> Iterator[Words]:
        """What was typed, in each language."""
        for code in LANGUAGES:
            yield Words(
                channel=self.channel,
                language=code,
                body=str(typed.get(f"body.{code}", "")),
                subject=str(typed.get(f"subject.{code}", "")),
                html=str(typed.get(f"html.{code}", "")),
                provider_template=str(typed.get(f"provider_template.{code}", "")),
            )


def initial_of(texts: list[MessageText], values: Mapping[str, str]) -> dict[str, str]:
    """The words in use, as the form shows them."""
    found = {"values": "\n".join(f"{name} {kind}" for name, kind in values.items())}
    for text in texts:
        for name in ("subject", "body", "html", "provider_template"):
            found[f"{name}.{text.language}"] = getattr(text, name)
    return found


class ChannelForm(forms.Form):
    """A channel that has addresses."""

    channel = forms.ChoiceField(
        label=gettext_lazy("channel"),
        choices=[
            (MessageChannel.EMAIL.value, MessageChannel.EMAIL.label),
            (MessageChannel.SMS.value, MessageChannel.SMS.label),
        ],
        widget=UnfoldAdminSelectWidget,
    )


def address_field(**options: Any) -> forms.CharField:
    """An address of such a channel."""
    return forms.CharField(
        max_length=254,
        help_text=gettext_lazy("An e-mail address, or a phone as +86…"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        **options,
    )


class TryOutForm(ChannelForm):
    """Where to send it, in which language."""

    language = forms.ChoiceField(
        label=gettext_lazy("language"),
        choices=settings.LANGUAGES,
        widget=UnfoldAdminSelectWidget,
    )
    address = address_field(label=gettext_lazy("your own address"))
