"""A member's cards: which pay, what to do where one is lost, and stopping it all."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import CodePurpose
from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.models import Card
from common.errors import DomainError
from members import services as members_services
from members.phones import masked
from portal.forms import BeginForm, StopForm, UnfreezeForm
from portal.steps import posted, two_steps
from portal.visitors import Visitor, for_members
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services


@never_cache
@require_safe
@for_members
def cards(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The cards in use, and those that were lost and not replaced."""
    mine = cards_selectors.cards_of(visitor.member.pk).prefetch_related("shares__owner")
    context = {
        "tab": "card",
        "cards": [card for card in mine if card.is_usable(visitor.at)],
        "lost": mine.filter(status=Card.Status.LOST),
        "frozen_at": visitor.member.spending_frozen_at,
    }
    return render(request, "portal/cards.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def card_lost(request: HttpRequest, visitor: Visitor, card_id: int) -> HttpResponse:
    """A card is lost: asked once, with what becomes of the balance. Another's is not
    there.
    """
    card = cards_selectors.cards_of(visitor.member.pk).filter(pk=card_id).first()
    if card is None:
        raise Http404
    if card.status == Card.Status.LOST:  # tapped twice, or the page before
        return redirect("portal:cards")
    form = StopForm(
        request.POST if request.method == "POST" else None,
        button=_("Yes, this card is lost"),
    )
    if form.is_valid():
        try:
            cards_services.report_own_loss(
                member_id=visitor.member.pk,
                card_id=card.pk,
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request,
                _("The card %(card)s pays nowhere from now on.")
                % {"card": card.masked},
            )
            return redirect("portal:cards")
    return render(
        request, "portal/card_lost.html", {"tab": "card", "card": card, "form": form}
    )


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def freeze(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Nothing of this member pays from now on: asked once, with what goes on."""
    if visitor.member.spending_frozen_at is not None:
        return redirect("portal:cards")
    form = StopForm(
        request.POST if request.method == "POST" else None,
        button=_("Freeze spending now"),
    )
    if form.is_valid():
        try:
            members_services.freeze_spending(
                member_id=visitor.member.pk, by=visitor.act(), at=visitor.at
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("Frozen. Nothing of yours pays until you lift it.")
            )
            return redirect("portal:cards")
    context = {
        "tab": "card",
        "form": form,
        "has_payment_code": stored_value_selectors.has_payment_code(visitor.member.pk),
    }
    return render(request, "portal/freeze.html", context)


@never_cache
@sensitive_post_parameters("code", "payment_code")
@require_http_methods(["GET", "POST"])
@for_members
def unfreeze(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What only the member knows lifts it; without a payment code, one sent to them."""
    if visitor.member.spending_frozen_at is None:
        return redirect("portal:cards")
    title, done = _("Lift the freeze"), _("Your balance pays again.")
    back = (reverse("portal:cards"), _("My cards"))
    if not stored_value_selectors.has_payment_code(visitor.member.pk):
        return two_steps(
            request,
            visitor,
            purpose=CodePurpose.UNFREEZE,
            title=title,
            lead=_("We send a code to your phone: %(phone)s.")
            % {"phone": masked(visitor.member.phone)},
            ask=BeginForm(posted(request, "begin")),
            phone=visitor.member.phone or "",
            then="portal:cards",
            back=back,
            tab="card",
            done=done,
            act=lambda code: stored_value_services.unfreeze_by_phone(
                device=visitor.device, code=code, by=visitor.act(), at=visitor.at
            ),
        )
    form = UnfreezeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            stored_value_services.unfreeze_spending(
                member_id=visitor.member.pk,
                payment_code=form.cleaned_data["payment_code"],
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "payment_code")
        else:
            messages.success(request, done)
            return redirect("portal:cards")
    context = {
        "tab": "card",
        "back": back,
        "title": title,
        "lead": _("By your payment code: whoever has your phone does not know it.")
        + " "
        + _("Forgotten? Any of our tills sets a new one."),
        "form": form,
    }
    return render(request, "portal/step.html", context)
