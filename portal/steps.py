"""A page of two steps: where a code goes, then the code that came."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.models import CodePurpose
from common.errors import DomainError
from members.phones import digits_of
from portal.codes import request_code
from portal.forms import CodeForm, PortalForm
from portal.visitors import Visitor

type Act = Callable[[str], object]


def posted(request: HttpRequest, field: str) -> Any:
    """What was sent, where it is this form's."""
    return request.POST if field in request.POST else None


def two_steps(
    request: HttpRequest,
    visitor: Visitor,
    *,
    purpose: CodePurpose,
    title: str,
    lead: str,
    ask: PortalForm,
    act: Act,
    done: str = "",
    phone: str = "",
    then: str = "portal:safety",
    back: tuple[str, str] | None = None,
    tab: str = "me",
) -> HttpResponse:
    """Where a code goes, then the code: one page, whichever is due."""
    secret = accounts_services.device_secret(visitor.device)
    form = (
        _brought(request, act)
        if "code" in request.POST
        else _asked(request, ask, secret, purpose, phone)
    )
    if form is None:
        if done:
            messages.success(request, done)
        return redirect(then)
    sent = accounts_selectors.code_asked_for(secret, purpose=purpose, at=visitor.at)
    hint = sent.phone_hint if sent and isinstance(form, CodeForm) else ""
    context = {
        "tab": tab,
        "back": back or (reverse("portal:safety"), _("Sign-in and payment code")),
        "title": title,
        "lead": lead,
        "form": form,
        "hint": hint,
    }
    return render(request, "portal/step.html", context)


def _brought(request: HttpRequest, act: Act) -> CodeForm | None:
    """The form of the code with what is wrong about it; None: it is done."""
    form = CodeForm(request.POST, button=_("Go on"))
    if not form.is_valid():
        return form
    try:
        act(digits_of(form.cleaned_data["code"]))
    except DomainError as refusal:
        form.refuse(refusal, "code")
        return form
    return None


def _asked(
    request: HttpRequest, ask: PortalForm, secret: str, purpose: CodePurpose, phone: str
) -> PortalForm:
    """The form that is due: of the code, once one was asked for."""
    if not (ask.is_bound and ask.is_valid()):
        return ask
    told = ask.cleaned_data
    try:
        request_code(
            request,
            secret,
            phone=phone or told.get("phone", ""),
            email=told.get("email", ""),
            purpose=purpose,
        )
    except DomainError as refusal:
        ask.refuse(refusal, next(iter(ask.fields), ""))
        return ask
    return CodeForm(button=_("Go on"))
