"""Letters in the app, what one said, and what became of it."""

from typing import Any, Final

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from messaging import inbox as messaging_inbox
from messaging import services as messaging_services
from portal.feedback_forms import (
    FeedbackWordsForm,
    MissingVisitForm,
    ReplyBackForm,
    SurveyForm,
)
from portal.keys import key_of, with_key
from portal.visitors import Visitor, for_members
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.errors import NotAComplaint
from recognition.models import Feedback
from stores import selectors as stores_selectors

MOST: Final = 50


@never_cache
@require_safe
@for_members
def inbox(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The question after a visit, conversations, and letters."""
    member_id = visitor.member.pk
    context = {
        "tab": "me",
        "visit": recognition_selectors.unasked_visit(member_id, at=visitor.at),
        "said": recognition_selectors.said_by(member_id)[:MOST],
        "letters": messaging_inbox.inbox_of(member_id, at=visitor.at, most=MOST),
    }
    return render(request, "portal/messages.html", context)


@never_cache
@require_safe
@for_members
def letter(request: HttpRequest, visitor: Visitor, letter_id: int) -> HttpResponse:
    """One letter, read now; another's is not there."""
    found = messaging_inbox.inbox_letter(
        visitor.member.pk, letter_id=letter_id, at=visitor.at
    )
    if found is None:
        raise Http404
    messaging_services.mark_read(message_id=letter_id, at=visitor.at)
    return render(request, "portal/letter.html", {"tab": "me", "letter": found})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def survey(request: HttpRequest, visitor: Visitor, visit_id: int) -> HttpResponse:
    """How a visit was, once; another's visit is not there."""
    visits = recognition_selectors.surveyed(visitor.member.pk, at=visitor.at)
    visit = visits.filter(pk=visit_id).first()
    if visit is None:
        raise Http404
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            said = recognition_services.answer_survey(
                visit_id=visit_id,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
                **form.cleaned_data,
            )
        except DomainError as refusal:
            form.refuse(refusal, "words")
        else:
            notices.success(request, _("Thank you for telling us."))
            return redirect("portal:feedback", said.pk)
    context = {"tab": "me", "form": form, "visit": visit}
    return render(request, "portal/survey.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def feedback(request: HttpRequest, visitor: Visitor, feedback_id: int) -> HttpResponse:
    """What one said, what became of it, and the words back and forth."""
    mine = recognition_selectors.said_by(visitor.member.pk)
    said = mine.filter(pk=feedback_id).first()
    if said is None:
        raise Http404
    key = key_of(request, visitor, f"reply:{feedback_id}")
    if not key:
        return with_key(request)
    form = ReplyBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            recognition_services.reply(
                feedback_id=feedback_id,
                words=form.cleaned_data["words"],
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except NotAComplaint:
            raise Http404 from None
        except DomainError as refusal:
            form.refuse(refusal, "words")
        else:
            return redirect("portal:feedback", feedback_id)
    context = {"tab": "me", "said": said, "form": form}
    return render(request, "portal/feedback.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def say(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Something to say at any time; the same words sent twice are said once."""
    form = FeedbackWordsForm(
        request.POST if request.method == "POST" else None,
        stores=stores_selectors.open_stores(),
    )
    if form.is_valid():
        try:
            said = recognition_services.say(
                member_id=visitor.member.pk,
                store_id=form.cleaned_data["store"],
                words=form.cleaned_data["words"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "words")
        else:
            return _told(request, said)
    return render(request, "portal/say.html", {"tab": "me", "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def missing_visit(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A visit is not on the card: to the store, answered in three days."""
    today, _hour = visitor.today
    form = MissingVisitForm(
        request.POST if request.method == "POST" else None,
        stores=stores_selectors.open_stores(),
        today=today,
    )
    if form.is_valid():
        typed: dict[str, Any] = form.cleaned_data
        try:
            said = recognition_services.claim_visit(
                member_id=visitor.member.pk,
                store_id=typed["store"],
                day=typed["day"],
                today=today,
                amount=typed["amount"],
                words=typed["words"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "day")
        else:
            return _told(request, said)
    return render(request, "portal/missing_visit.html", {"tab": "me", "form": form})


def _told(request: HttpRequest, said: Feedback) -> HttpResponse:
    notices.success(request, _("We have it. You read the answer here."))
    return redirect("portal:feedback", said.pk)
