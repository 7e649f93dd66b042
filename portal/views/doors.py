"""Signing in by phone and code, and out again."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.services import SignedIn
from common.errors import DomainError
from members.phones import digits_of
from portal.codes import ask_for_code
from portal.forms import CodeForm, EmailForm, PhoneForm, PortalForm
from portal.visitors import (
    Visitor,
    browser_of,
    device_name,
    for_members,
    forget,
    keep,
    next_page,
    visitor_of,
)


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """A phone; the same answer for every phone that there is."""
    return _ask(request, PhoneForm, "phone")


@never_cache
@sensitive_post_parameters("email")
@require_http_methods(["GET", "POST"])
def sign_in_by_email(request: HttpRequest) -> HttpResponse:
    """A proven address; the same answer for every address that there is."""
    return _ask(request, EmailForm, "email")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code that came to the phone, in the browser that asked for it."""
    if visitor_of(request) is not None:
        return redirect(next_page(request))
    browser = browser_of(request)
    asked = accounts_selectors.code_asked_for(browser, at=now()) if browser else None
    if asked is None and request.method == "GET":
        return redirect(_with_next("portal:sign_in", request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            signed_in = accounts_services.sign_in(
                code=digits_of(form.cleaned_data["code"]),
                browser=browser,
                device=device_name(request),
                at=now(),
            )
        except DomainError as refusal:
            form.add_error("code", str(refusal))
        else:
            return welcomed(request, signed_in)
    context = {
        "form": form,
        "hint": asked.phone_hint if asked else "",
        "next": next_page(request),
        "again": _with_next("portal:sign_in", request),
    }
    return render(request, "portal/enter_code.html", context)


@never_cache
@require_POST
@for_members
def sign_out(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """This browser is nobody's any more."""
    accounts_services.sign_out(
        member_id=visitor.member.pk, device_id=visitor.device.pk, at=visitor.at
    )
    return _left(request)


@never_cache
@require_POST
@for_members
def sign_out_everywhere(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """This browser and every other."""
    accounts_services.sign_out_everywhere(member_id=visitor.member.pk, at=visitor.at)
    return _left(request)


def welcomed(request: HttpRequest, signed_in: SignedIn) -> HttpResponse:
    """The browser keeps its secret, and goes where it was going."""
    response = redirect(next_page(request))
    keep(response, settings.MEMBER_COOKIE_NAME, request, token=signed_in.token)
    forget(response, settings.BROWSER_COOKIE_NAME)
    return response


def _ask(request: HttpRequest, form_class: type[PortalForm], by: str) -> HttpResponse:
    """Where a code goes, whosever it is."""
    if visitor_of(request) is not None:
        return redirect(next_page(request))
    form = form_class(request.POST if request.method == "POST" else None)
    asked = ask_for_code(request, form, there=_with_next("portal:enter_code", request))
    if asked is not None:
        return asked
    context = {"form": form, "next": next_page(request), "by": by}
    return render(request, "portal/sign_in.html", context)


def _left(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("You are signed out."))
    response = redirect("portal:sign_in")
    forget(response, settings.MEMBER_COOKIE_NAME)
    return response


def _with_next(name: str, request: HttpRequest) -> str:
    there, asked = reverse(name), next_page(request)
    if asked == reverse("portal:card"):
        return there
    return f"{there}?{urlencode({'next': asked})}"
