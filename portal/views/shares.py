"""Who may pay from one's wallet, and whose wallet one may pay from."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import ShareOfferGone
from cards.models import WalletShare
from common.errors import DomainError
from portal import holdings, symbols
from portal.forms import LimitForm, ShareForm
from portal.keys import key_of, with_key
from portal.visitors import Visitor, for_members

# At which field of the form a refusal stands.
FIELDS: Final = {"amount_refused": "per_day"}


@never_cache
@sensitive_post_parameters("to")
@require_http_methods(["GET", "POST"])
@for_members
def share(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Another is asked whether they want to pay from this wallet, up to a limit."""
    key = key_of(request, visitor, "share")
    if not key:
        return with_key(request)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            cards_services.offer_share(
                owner_id=visitor.member.pk,
                to=form.cleaned_data["to"],
                per_day=form.cleaned_data["per_day"],
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except DomainError as refusal:
            form.refuse(refusal, FIELDS.get(refusal.code, "to"))
        else:
            messages.success(
                request,
                _("Asked. Once they accept it on their phone, they can pay."),
            )
            return redirect("portal:wallet")
    return render(request, "portal/share.html", {"tab": "wallet", "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def own_share(request: HttpRequest, visitor: Visitor, share_id: int) -> HttpResponse:
    """What another paid from one's wallet, and the limit; another's is not there."""
    row = _owned(visitor, share_id)
    form = LimitForm(
        request.POST if request.method == "POST" else None,
        initial={"per_day": row.per_day},
    )
    if form.is_valid():
        try:
            cards_services.limit_own_share(
                share_id=share_id,
                owner_id=visitor.member.pk,
                per_day=form.cleaned_data["per_day"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "per_day")
        else:
            messages.success(request, _("The limit is changed."))
            return redirect("portal:wallet")
    context = {
        "tab": "wallet",
        "form": form,
        "share": holdings.lent(row, visitor),
        "uses": cards_selectors.uses_of(share_id)[:20],
    }
    return render(request, "portal/own_share.html", context)


@never_cache
@require_safe
@for_members
def shared_wallet(
    request: HttpRequest, visitor: Visitor, share_id: int
) -> HttpResponse:
    """The code that pays from another's wallet, and what is left of the limit today."""
    mine = cards_selectors.shares_of_holder(visitor.member.pk)
    row = mine.filter(pk=share_id).first()
    if row is None:
        raise Http404
    context = {"tab": "wallet", "share": holdings.borrowed(row, visitor)}
    if row.card is not None and row.card.is_usable(visitor.at):
        code = cards_services.mint_code(at=visitor.at, card_id=row.card.pk)
        title = _("Code for this wallet")
        context |= {
            "qr": symbols.qr(code, title=title),
            "bars": symbols.code_128(code, title=title),
            "digits": symbols.grouped(code),
        }
    return render(request, "portal/shared_wallet.html", context)


@never_cache
@require_POST
@for_members
def stop(request: HttpRequest, visitor: Visitor, share_id: int) -> HttpResponse:
    """At once: by whose wallet it is, or by who pays from it."""
    try:
        cards_services.stop_share(
            share_id=share_id,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
        )
    except ShareOfferGone:
        raise Http404 from None
    messages.success(request, _("Stopped. Nobody pays by it any more."))
    return redirect("portal:wallet")


@never_cache
@require_POST
@for_members
def accept(request: HttpRequest, visitor: Visitor, offer_id: int) -> HttpResponse:
    """Whoever was asked may pay from now on; another's offer is not there."""
    try:
        cards_services.accept_share(
            offer_id=offer_id,
            holder_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
        )
    except ShareOfferGone:
        raise Http404 from None
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You can pay from this wallet now."))
    return redirect("portal:wallet")


@never_cache
@require_POST
@for_members
def refuse(request: HttpRequest, visitor: Visitor, offer_id: int) -> HttpResponse:
    """Declined by whoever was asked, or taken back by who asked."""
    try:
        cards_services.refuse_share(
            offer_id=offer_id,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
        )
    except ShareOfferGone:
        raise Http404 from None
    messages.success(request, _("Done: nobody pays by it."))
    return redirect("portal:wallet")


def _owned(visitor: Visitor, share_id: int) -> WalletShare:
    mine = cards_selectors.shares_of_owner(visitor.member.pk)
    row = mine.filter(pk=share_id).first()
    if row is None:
        raise Http404
    return row
