"""What is typed about an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from .addresses import read_url
from .errors import AddressRefused
from .kinds import WANTED
from .models import WebhookEndpoint


class EndpointForm(forms.ModelForm[WebhookEndpoint]):
    """Name, address and the events that are wanted, ticked."""

    kinds = forms.MultipleChoiceField(
        label=_("events"),
        choices=WANTED,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all of them."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "store", "kinds")

    def clean_url(self) -> Any:
        """What is wrong about an address stands below it."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            read_url(url)
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return url
