"""Who a member is to the house, what they agreed to, and where they are signed in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.errors import DeviceUnknown
from common.errors import DomainError
from members import selectors as members_selectors
from members import services as members_services
from members.models.consents import ASKED
from members.phones import spelled
from portal.forms import ConsentForm, ProfileForm
from portal.visitors import Visitor, for_members
from stores import selectors as stores_selectors


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def me(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The profile, changed where it stands; devices, and the way out."""
    member = visitor.member
    known = {
        "name": member.name,
        "salutation": member.salutation,
        "email": member.email,
        "language": member.language or translation.get_language(),
        "home_store_id": member.home_store_id,
    }
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial=known,
        stores=stores_selectors.open_stores(also=member.home_store_id),
    )
    if form.is_valid() and _changed(form, visitor):
        response = redirect("portal:me")
        language = form.cleaned_data["language"]
        with translation.override(language):
            messages.success(request, _("Saved."))
        _read_in(response, language)
        return response
    context = {
        "tab": "me",
        "form": form,
        "member": member,
        "phone": spelled(member.phone),
        "birthday": members_services.birthday_of(member),
        "devices": accounts_selectors.devices_of(member.pk, at=visitor.at),
        "here": visitor.device.pk,
        "asks_consent": bool(members_selectors.consent_texts()),
    }
    return render(request, "portal/me.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def consents(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What the member agrees to be written to about, and how."""
    purpose = request.POST.get("withdraw", "")
    if purpose in ASKED:
        members_services.withdraw_consent(
            member_id=visitor.member.pk,
            purpose=purpose,
            by=visitor.act(),
            at=visitor.at,
        )
        messages.success(request, _("Withdrawn: we write to you no more about this."))
        return redirect("portal:consents")
    standing = members_selectors.consents_standing(visitor.member.pk)
    form = ConsentForm(
        request.POST if request.method == "POST" else None,
        texts=members_selectors.consent_texts(),
        standing=standing,
    )
    if form.is_valid():
        try:
            members_services.choose_consents(
                member_id=visitor.member.pk,
                choices=form.choices(),
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your choices are saved."))
            return redirect("portal:me")
    agreed = [consent for consent in standing if consent.granted]
    context = {"tab": "me", "form": form, "agreed": agreed}
    return render(request, "portal/consents.html", context)


@never_cache
@require_POST
@for_members
def sign_out_device(
    request: HttpRequest, visitor: Visitor, device_id: int
) -> HttpResponse:
    """Another of one's devices is signed out; somebody else's is not there."""
    try:
        accounts_services.sign_out(
            member_id=visitor.member.pk, device_id=device_id, at=visitor.at
        )
    except DeviceUnknown:
        raise Http404 from None
    messages.success(request, _("That device is signed out."))
    return redirect("portal:me")


def _changed(form: ProfileForm, visitor: Visitor) -> bool:
    """Whether the house took it; if not, the form says why, at the field."""
    given: dict[str, Any] = {name: form.cleaned_data[name] for name in form.fields}
    try:
        members_services.change(
            member_id=visitor.member.pk, by=visitor.act(), at=visitor.at, **given
        )
    except DomainError as refusal:
        field = str(refusal.facts.get("field", refusal.code.partition("_")[0]))
        field = FIELDS.get(field, field)
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True


FIELDS = {"home_store": "home_store_id", "store": "home_store_id"}


def _read_in(response: HttpResponse, language: str) -> None:
    """From the next page on in this language, as the switch on other pages does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
