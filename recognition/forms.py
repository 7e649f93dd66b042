"""What staff type about a guest, turned into what the services take."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from members.models import Member
from stores.models import Store, User

from .models import Feedback, Occasion, Preference


class MemberField(forms.CharField):
    """A member by our number or the phone in full; a list would be too long."""

    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        """The member; nobody is a sentence."""
        typed = "".join(str(super().clean(value)).split()).removeprefix("#")
        members = Member.objects.filter(status=Member.Status.ACTIVE)
        found = None
        if typed.isascii() and typed.isdecimal() and len(typed) < 10:
            found = members.filter(pk=int(typed)).first()
        elif "\x00" not in typed:
            found = members.filter(phone=typed[:16]).first()
        if found is None:
            raise forms.ValidationError(_("No member has this number or phone."))
        return found


class AboutForm(forms.Form):
    """About whom, and at which of one's stores."""

    member = MemberField(
        label=_("Member"),
        max_length=20,
        help_text=_(
            "Our number, or the phone with its country, such as +8613800000000."
        ),
    )
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, stores: QuerySet[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the types)
        field.queryset = stores
        if stores.count() == 1:
            field.initial = stores.first()


def words_field(label: Any, most: int, **options: Any) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        max_length=most,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        **options,
    )


class NoteForm(AboutForm):
    words = words_field(_("Words"), 1000)


class PreferenceForm(AboutForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Preference.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    words = forms.CharField(
        label=_("Words"), max_length=120, widget=UnfoldAdminTextInputWidget
    )


class OccasionForm(AboutForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Occasion.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    month = forms.IntegerField(
        label=_("Month"), min_value=1, max_value=12, widget=UnfoldAdminTextInputWidget
    )
    day = forms.IntegerField(
        label=_("Day"), min_value=1, max_value=31, widget=UnfoldAdminTextInputWidget
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=1900,
        max_value=2200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    words = forms.CharField(
        label=_("Words"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class FeedbackForm(AboutForm):
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=Feedback.Channel.choices,
        widget=UnfoldAdminSelectWidget,
    )
    score = forms.IntegerField(
        label=_("Score"),
        min_value=0,
        max_value=10,
        required=False,
        help_text=_("From 0 to 10."),
        widget=UnfoldAdminTextInputWidget,
    )
    stars = forms.IntegerField(
        label=_("Stars"),
        min_value=1,
        max_value=5,
        required=False,
        help_text=_("From 1 to 5."),
        widget=UnfoldAdminTextInputWidget,
    )
    words = words_field(_("Words"), 2000, required=False)
    is_complaint = forms.BooleanField(
        label=_("This is a complaint"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the types)
        field.queryset = people


class CureForm(forms.Form):
    cure = words_field(_("What was done"), 1000)
