"""What staff type about members, turned into what the services take."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.timezone import now  # noqa: TID251 (a form is a screen)
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from common.forms import LineField
from common.sight import in_sight
from members import selectors as members_selectors
from members.birthdays import Birthday
from stores import act_forms
from stores.models import Store, User

from .errors import BirthdayRefused
from .models import Channel, ConsentNow, CustomField, Member, Purpose, Source, Tag
from .models.consents import ASKED

QUIET = {"autocomplete": "off"}
TYPED_PHONE = {**QUIET, "inputmode": "tel"}
CUSTOM = "custom_"


def _ways() -> list[tuple[str, str]]:
    """What one may agree to and by which way, in the words of whoever reads it."""
    return [
        (f"{purpose}:{channel}", f"{Purpose(purpose).label} · {word}")
        for purpose in ASKED
        for channel, word in Channel.choices
    ]


def words(**options: Any) -> forms.CharField:
    """A line of text; what it may hold is for the command to say."""
    options.setdefault("max_length", 320)
    options.setdefault("required", False)
    return forms.CharField(
        widget=UnfoldAdminTextInputWidget(attrs=QUIET), strip=True, **options
    )


def line(**options: Any) -> LineField:
    """A reason or a reference: what is typed is all that there is."""
    return LineField(widget=UnfoldAdminTextInputWidget(attrs=QUIET), **options)


def choice(choices: Sequence[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    """One of a few, or none."""
    return forms.ChoiceField(
        choices=[("", "–"), *choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        **options,
    )


class ReasonForm(forms.Form):
    """Why; it stays in the log for ever, so it names nobody."""

    reason = line(
        label=_("Reason"),
        max_length=200,
        help_text=_("Without names or phone numbers: it is kept for ever."),
    )


class ProfileForm(forms.Form):
    """Who somebody is; the shop's own questions come after the house's."""

    name = words(label=_("Name"))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=TYPED_PHONE),
    )
    email = words(label=_("E-mail"))
    salutation = words(label=_("Salutation"))
    gender = choice(Member.Gender.choices, label=_("Gender"))
    language = choice(settings.LANGUAGES, label=_("Language"))
    home_store = forms.ModelChoiceField(
        label=_("Home store"),
        queryset=Store.objects.filter(is_active=True).order_by("code"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        asked = CustomField.objects.filter(is_active=True).order_by("position", "pk")
        for field in asked:
            self.fields[f"{CUSTOM}{field.code}"] = (
                choice([(word, word) for word in field.choices], label=field.name)
                if field.kind == CustomField.Kind.CHOICE
                else words(label=field.name)
            )

    def told(self) -> dict[str, Any]:
        """What was typed, as `enrol` and `change` take it."""
        typed = dict(self.cleaned_data)
        custom = {
            name.removeprefix(CUSTOM): typed.pop(name)
            for name in list(typed)
            if name.startswith(CUSTOM)
        }
        store = typed.pop("home_store", None)
        return {
            **typed,
            "home_store_id": store.pk if store is not None else None,
            "custom": custom,
        }


class EnrolForm(ProfileForm):
    """Somebody new, and by whom they were brought."""

    referral_code = words(label=_("Referral code of whoever brought them"))


class ChangeForm(ProfileForm):
    """Somebody known. A phone is typed only to be changed: it is not shown here."""

    def __init__(self, *args: Any, sees_phone: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["phone"].label = _("New phone")
        self.fields["phone"].help_text = _("Empty: it stays as it is.")
        if not sees_phone:
            self.fields["email"].label = _("New e-mail")
            self.fields["email"].help_text = _("Empty: it stays as it is.")
        self.sees_phone = sees_phone

    def told(self) -> dict[str, Any]:
        """Only what was meant to be changed."""
        told = super().told()
        if not told["phone"]:
            del told["phone"]
        if not told["email"] and not self.sees_phone:
            del told["email"]
        return told


class BirthdayForm(forms.Form):
    """A day in one of the calendars."""

    calendar = forms.ChoiceField(
        label=_("Calendar"),
        choices=Member.Calendar.choices,
        widget=UnfoldAdminSelectWidget,
    )
    month = forms.IntegerField(
        label=_("Month"),
        min_value=1,
        max_value=12,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    day = forms.IntegerField(
        label=_("Day"), min_value=1, max_value=31, widget=UnfoldAdminIntegerFieldWidget
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=1900,
        max_value=2100,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    leap = forms.BooleanField(
        label=_("In a leap month"), required=False, widget=UnfoldBooleanWidget
    )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if not self.errors:
            birthday = Birthday(**typed)
            try:
                typed = {"birthday": birthday.checked(today=now().date())}
            except BirthdayRefused as refusal:
                raise ValidationError(str(refusal), refusal.code) from refusal
        return typed


class TagsForm(forms.Form):
    """The tags that a member has."""

    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"),
        queryset=Tag.objects.filter(is_active=True).order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class ConsentsForm(forms.Form):
    """What a member agrees to now, each purpose by each channel; unticked is a no."""

    agreed = forms.MultipleChoiceField(
        label=_("Agrees to"),
        required=False,
        choices=_ways,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    source = forms.ChoiceField(
        label=_("Told us"),
        choices=[
            (source.value, source.label) for source in (Source.COUNTER, Source.PAPER)
        ],
        widget=UnfoldAdminSelectWidget,
    )

    @staticmethod
    def standing(member_id: int) -> list[str]:
        """What is ticked before anything is said."""
        agreed = ConsentNow.objects.filter(member=member_id, granted=True)
        return [f"{now.purpose}:{now.channel}" for now in agreed]


class KeeperForm(forms.Form):
    """Who looks after a guest."""

    keeper = forms.ModelChoiceField(
        label=_("Keeper"),
        queryset=User.objects.filter(is_active=True).order_by("display_name"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class SecondPersonForm(ReasonForm, act_forms.SecondPersonForm):
    """A reason that names nobody, a store, and the second person."""


class MergeForm(SecondPersonForm):
    """Into whom: by number, or by a phone that leads to one person alone."""

    into = words(
        label=_("Merge into"),
        max_length=100,
        required=True,
        help_text=_("The # number or the whole phone of the member who stays."),
    )
    field_order = ("into", "reason", "store", "checker", "secret")

    def clean_into(self) -> Member:
        found = members_selectors.find(self.cleaned_data["into"], now(), limit=2)
        if len(found) != 1:
            raise ValidationError(_("This is not exactly one member."))
        return found[0]


class ForfeitForm(SecondPersonForm):
    """The paper by which a member gives up what they hold."""

    signed_on = forms.DateField(
        label=_("Signed on"),
        validators=[in_sight],
        widget=UnfoldAdminSingleDateWidget,
    )
    reference = line(
        label=_("Reference"),
        max_length=80,
        required=True,
        help_text=_("Where the signed paper is kept, such as its number."),
    )
    field_order = ("signed_on", "reference", "reason", "store", "checker", "secret")


class MomentForm(forms.Form):
    """A moment in the past."""

    on = forms.DateField(
        label=_("At the end of"),
        required=False,
        validators=[in_sight],
        widget=UnfoldAdminSingleDateWidget,
    )
