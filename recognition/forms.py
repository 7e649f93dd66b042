"""What staff type about a guest, turned into what the services take."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import now  # noqa: TID251 (a form is a screen)
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from common.forms import offer
from members import selectors as members_selectors
from stores.models import Store, User

from .models import Feedback, Occasion, Preference


class MemberField(forms.CharField):
    """One member, as the counter looks for them; a list of all would be too long."""

    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        """The member; nobody, or several, is a sentence."""
        found = members_selectors.find(str(super().clean(value)), now(), limit=2)
        if not found:
            raise forms.ValidationError(_("No member is found by this."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several members are found. Type the phone, or # and a number.")
            )
        return found[0]


class AboutForm(forms.Form):
    """About whom, and at which of one's stores."""

    member = MemberField(
        label=_("Member"),
        max_length=80,
        help_text=_("Phone, name, or # and our number."),
    )
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, stores: QuerySet[Store], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "store", stores, pick_the_only_one=True)


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
        offer(self, "owner", people)


class CureForm(forms.Form):
    cure = words_field(_("What was done"), 1000)


class ReplyForm(forms.Form):
    words = words_field(_("Words"), 2000)
    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
