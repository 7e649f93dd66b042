"""The second person, at the same screen: asked only where one's own limit ends."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import LineField
from counter.forms import secret
from counter.place import Place, this_request
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import ApprovalNeeded
from stores.models import Approval, User


class SecondForm(forms.Form):
    """Why, and who stands beside; the latter only above one's limit."""

    reason = LineField(label=_("Reason"), max_length=200, required=False)
    checker = forms.ModelChoiceField(
        label=_("Second person"), queryset=User.objects.none(), required=False
    )
    secret = secret(label=_("Their PIN or password"), required=False)

    def __init__(self, *args: Any, place: Place, act: str, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["checker"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
        field.queryset = stores_selectors.checkers_for(place.user, act)
        self.is_needed = bool(self.data.get("checker"))

    @property
    def checkers(self) -> list[User]:
        """Who may be chosen."""
        field = self.fields["checker"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type)
        return list(field.queryset or ())


def approved[T](
    run: Callable[[Approval | None], T],
    *,
    form: SecondForm,
    place: Place,
    subject: str,
    at: datetime,
    reason: str = "",
) -> T:
    """Do it alone, or with the one who stands beside and proves it.

    Raises ApprovalNeeded, having marked the form, where nobody was named yet; whatever
    approvals and the act refuse.
    """
    typed = form.cleaned_data
    try:
        return stores_services.alone_or_beside(
            run,
            maker=place.user,
            checker=typed["checker"],
            secret=typed["secret"],
            store=place.store,
            reason=typed["reason"] or reason,
            at=at,
            subject=subject,
            shift=place.shift,
            request_id=this_request(),
        )
    except ApprovalNeeded:
        form.is_needed = True
        raise
