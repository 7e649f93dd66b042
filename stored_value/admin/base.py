"""What the pages of value share: an open till, a second person where one is asked."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now

from ledger.services import Act
from stored_value.forms import AboveLimitForm, AtTillForm
from stores import selectors as stores_selectors
from stores.admin.base import act_of, posted, signed_in
from stores.models import Shift, User


def open_shifts(user: User, permission: str) -> QuerySet[Shift]:
    """The tills at which this person may do it now."""
    mine = stores_selectors.stores_for(user, permission)
    return (
        Shift.objects.filter(store__in=mine, closed_at=None)
        .select_related("store", "till__store")
        .order_by("pk")
    )


def at_till(request: HttpRequest, form: type[AtTillForm], permission: str) -> Any:
    """The form of an act of value, with the tills and people that are possible."""
    user = signed_in(request)
    facts: dict[str, Any] = {"shifts": open_shifts(user, permission)}
    if issubclass(form, AboveLimitForm):
        facts["people"] = stores_selectors.checkers_for(user, permission)
    return form(**posted(request), **facts)


def doing(request: HttpRequest, typed: dict[str, Any], at: datetime) -> Act:
    """The act of whoever is signed in, in the shift that was chosen."""
    return act_of(request, at, shift=typed["shift"])


__all__ = ["at_till", "doing", "now", "open_shifts"]
