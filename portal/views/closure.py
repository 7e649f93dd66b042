"""Leaving: what one holds and what becomes of it, then a code, then nobody is known."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services as accounts_services
from accounts.errors import SignInCodeNotAccepted
from accounts.models import CodePurpose
from common.errors import DomainError
from members import services as members_services
from members.phones import digits_of, masked
from members.services import Closure
from portal.closure_forms import ClosureCodeForm, ClosureForm, ClosureStoreForm
from portal.codes import request_code
from portal.forms import PortalForm
from portal.visitors import Visitor, for_members, forget
from stored_value import selectors as stored_value_selectors
from stores import selectors as stores_selectors


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@for_members
def leave(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """One page, whichever step is due."""
    closure = members_services.closure_of(member_id=visitor.member.pk, at=visitor.at)
    if "stay" in request.POST:
        members_services.withdraw_closure(
            member_id=visitor.member.pk, by=visitor.act(), at=visitor.at
        )
        return redirect("portal:leave")
    if "code" in request.POST:
        return _bring_code(request, visitor, closure)
    if closure.money:
        return _ask_store(request, visitor, closure)
    return _ask_for_code(request, visitor, closure)


def _ask_store(
    request: HttpRequest, visitor: Visitor, closure: Closure
) -> HttpResponse:
    """Money first: the store is asked, once, and the office sees it."""
    form = ClosureStoreForm(
        request.POST if "store" in request.POST else None,
        stores=stores_selectors.open_stores(),
    )
    if form.is_valid():
        try:
            members_services.request_closure(
                member_id=visitor.member.pk,
                store_id=form.cleaned_data["store"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "store")
        else:
            messages.success(request, _("The store knows. Bring this phone along."))
            return redirect("portal:leave")
    return _page(request, visitor, closure, form=form)


def _ask_for_code(
    request: HttpRequest, visitor: Visitor, closure: Closure
) -> HttpResponse:
    """Nothing is owed: what ends is agreed to, and a code goes to the phone."""
    form = ClosureForm(
        request.POST if "seen" in request.POST else None,
        initial={"seen": closure.fingerprint},
    )
    if not form.is_valid():
        return _page(request, visitor, closure, form=form)
    member = visitor.member
    try:
        request_code(
            request,
            accounts_services.device_secret(visitor.device),
            phone=member.phone or "",
            email="" if member.phone else member.email,
            purpose=CodePurpose.CLOSURE,
        )
    except DomainError as refusal:
        form.refuse(refusal, "agreed")
        return _page(request, visitor, closure, form=form)
    code_form = ClosureCodeForm(initial={"seen": form.cleaned_data["seen"]})
    return _page(request, visitor, closure, form=code_form)


def _bring_code(
    request: HttpRequest, visitor: Visitor, closure: Closure
) -> HttpResponse:
    """The code came: gone, or why not, with everything as it was."""
    form = ClosureCodeForm(request.POST)
    if form.is_valid():
        try:
            accounts_services.close_account(
                device=visitor.device,
                code=digits_of(form.cleaned_data["code"]),
                seen=form.cleaned_data["seen"],
                at=visitor.at,
            )
        except SignInCodeNotAccepted as refusal:
            form.refuse(refusal, "code")
        except DomainError as refusal:
            # The code was right: it is what is held that stands in the way.
            messages.error(request, str(refusal))
            return redirect("portal:leave")
        else:
            messages.success(
                request,
                _("You have left: what named you is wiped, and you are signed out."),
            )
            response = redirect("portal:sign_in")
            forget(response, settings.MEMBER_COOKIE_NAME)
            return response
    return _page(request, visitor, closure, form=form)


def _page(
    request: HttpRequest, visitor: Visitor, closure: Closure, *, form: PortalForm
) -> HttpResponse:
    member = visitor.member
    most_cash = stored_value_selectors.terms_at(visitor.at).most_cash_out
    is_capped = most_cash is not None and closure.principal > most_cash
    context: dict[str, Any] = {
        "tab": "me",
        "form": form,
        "closure": closure,
        "asked": members_services.open_closure(member.pk),
        "most_cash": most_cash if is_capped else None,
        "hint": masked(member.phone) if isinstance(form, ClosureCodeForm) else "",
    }
    return render(request, "portal/leave.html", context)
