"""What members tell of themselves, and take back: likes and sizes, days, a birthday."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from members import services as members_services
from portal.about_me_forms import (
    OwnBirthdayForm,
    OwnOccasionForm,
    OwnPreferenceForm,
    RemovalForm,
)
from portal.visitors import Visitor, for_members
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def likes(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything that is remembered of one's tastes, whoever wrote it down."""
    kept = recognition_selectors.preferences_of(visitor.member.pk)
    if (number := _removed(request)) is not None:
        # What is gone already, another's or never was: the page shows what there is.
        if kept.filter(pk=number).exists():
            recognition_services.remove_preference(
                preference_id=number, by=visitor.act(), at=visitor.at
            )
        return redirect("portal:likes")
    form = OwnPreferenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told: dict[str, Any] = form.cleaned_data
        try:
            recognition_services.add_preference(
                member_id=visitor.member.pk,
                kind=told["kind"],
                words=told["words"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "words")
        else:
            messages.success(request, _("It is remembered."))
            return redirect("portal:likes")
    context = {"tab": "me", "form": form, "kept": kept}
    return render(request, "portal/likes.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def days(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The days of the year that the house thinks of."""
    today, _hour = visitor.today
    kept = recognition_selectors.occasions_of(visitor.member.pk, today=today)
    if (number := _removed(request)) is not None:
        if any(day.occasion.pk == number for day in kept):
            recognition_services.remove_occasion(
                occasion_id=number, by=visitor.act(), at=visitor.at
            )
        return redirect("portal:days")
    form = OwnOccasionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told: dict[str, Any] = form.cleaned_data
        try:
            recognition_services.add_occasion(
                member_id=visitor.member.pk, by=visitor.act(), at=visitor.at, **told
            )
        except DomainError as refusal:
            form.refuse(refusal, FIELDS.get(refusal.code, "words"))
        else:
            messages.success(request, _("It is remembered."))
            return redirect("portal:days")
    context = {
        "tab": "me",
        "form": form,
        "kept": kept,
        "birthday": members_services.birthday_of(visitor.member),
    }
    return render(request, "portal/days.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def birthday(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """One's own birthday, told once; later a manager changes it."""
    form = OwnBirthdayForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (born := form.birthday()) is not None:
        try:
            members_services.set_birthday(
                member_id=visitor.member.pk,
                birthday=born,
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "day")
        else:
            messages.success(request, _("Saved."))
            return redirect("portal:me")
    elif members_services.birthday_of(visitor.member) is not None:
        return redirect("portal:me")
    return render(request, "portal/birthday.html", {"tab": "me", "form": form})


FIELDS = {"no_such_day": "day"}


def _removed(request: HttpRequest) -> int | None:
    """The row that a button names, if one was pressed."""
    form = RemovalForm(request.POST)
    return form.cleaned_data["remove"] if form.is_valid() else None
