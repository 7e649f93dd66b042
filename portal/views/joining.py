"""Becoming a member by oneself: a phone, its code, and who one is."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.models import CodePurpose
from accounts.services import Newcomer, SignedIn
from common.errors import DomainError
from members import selectors as members_selectors
from members.phones import digits_of
from portal.codes import ask_for_code
from portal.forms import CodeForm, JoinForm, PhoneForm
from portal.views.doors import welcomed
from portal.visitors import browser_of, device_name, visitor_of

LONGEST_REFERRAL = 40


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """A phone, which is proven before anything else is asked."""
    if visitor_of(request) is not None:
        return redirect("portal:card")
    form = PhoneForm(request.POST if request.method == "POST" else None)
    asked = ask_for_code(
        request,
        form,
        there=_with_friend("portal:join_code", request),
        purpose=CodePurpose.ENROL,
    )
    if asked is not None:
        return asked
    return render(request, "portal/join.html", {"form": form})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """The code that came; who is a member already is in."""
    if visitor_of(request) is not None:
        return redirect("portal:card")
    browser = browser_of(request)
    asked = accounts_selectors.code_asked_for(
        browser, at=now(), purpose=CodePurpose.ENROL
    )
    if asked is None and request.method == "GET":
        return redirect(_with_friend("portal:join", request))
    form = CodeForm(
        request.POST if request.method == "POST" else None, button=_("Go on")
    )
    if form.is_valid():
        try:
            signed_in = accounts_services.prove_new_phone(
                code=digits_of(form.cleaned_data["code"]),
                browser=browser,
                device=device_name(request),
                at=now(),
            )
        except DomainError as refusal:
            form.add_error("code", str(refusal))
        else:
            return _proven(request, signed_in)
    context = {
        "form": form,
        "hint": asked.phone_hint if asked else "",
        "again": _with_friend("portal:join", request),
        "is_sent": True,
    }
    return render(request, "portal/enter_code.html", context)


@never_cache
@sensitive_post_parameters("name", "year", "month", "day")
@require_http_methods(["GET", "POST"])
def join_about(request: HttpRequest) -> HttpResponse:
    """Who becomes a member, and what they agree to."""
    if visitor_of(request) is not None:
        return redirect("portal:card")
    browser, is_sent = browser_of(request), request.method == "POST"
    proof = accounts_selectors.proof_of(browser, purpose=CodePurpose.ENROL, at=now())
    if proof is None and not is_sent:
        return redirect(_with_friend("portal:join", request))
    form = JoinForm(
        request.POST if is_sent else None,
        texts=members_selectors.consent_texts(),
        standing=[],
        initial={"referral_code": _friend(request)},
    )
    if form.is_valid() and (signed_in := _enrolled(form, request, browser)):
        messages.success(request, _("Welcome. This is your card."))
        return welcomed(request, signed_in)
    hint = proof.phone_hint if proof else ""
    return render(request, "portal/join_about.html", {"form": form, "hint": hint})


def _enrolled(form: JoinForm, request: HttpRequest, browser: str) -> SignedIn | None:
    """Whether the house took it; if not, the form says why, at the field."""
    try:
        return accounts_services.enrol_oneself(
            newcomer=Newcomer(
                name=form.cleaned_data["name"],
                language=get_language() or settings.LANGUAGE_CODE,
                birthday=form.birthday(),
                referral_code=form.cleaned_data["referral_code"],
                consents=form.choices(),
            ),
            browser=browser,
            device=device_name(request),
            at=now(),
        )
    except DomainError as refusal:
        field = FIELDS.get(refusal.code)
        form.add_error(field, str(refusal))
        return None


FIELDS = {
    "name_refused": "name",
    "birthday_refused": "day",
    "referral_unknown": "referral_code",
}


def _proven(request: HttpRequest, signed_in: SignedIn | None) -> HttpResponse:
    if signed_in is None:
        return redirect(_with_friend("portal:join_about", request))
    messages.success(request, _("You are a member already: here is your card."))
    return welcomed(request, signed_in)


def _friend(request: HttpRequest) -> str:
    """The code of whoever sent the link."""
    return request.GET.get("from", "")[:LONGEST_REFERRAL]


def _with_friend(name: str, request: HttpRequest) -> str:
    friend = _friend(request)
    return f"{reverse(name)}?{urlencode({'from': friend})}" if friend else reverse(name)
