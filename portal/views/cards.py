"""A member's cards: which pay, and what to do where one is lost."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.models import Card
from common.errors import DomainError
from portal.forms import StopForm
from portal.visitors import Visitor, for_members


@never_cache
@require_safe
@for_members
def cards(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The cards in use, and those that were lost and not replaced."""
    mine = cards_selectors.cards_of(visitor.member.pk)
    context = {
        "tab": "card",
        "cards": [card for card in mine if card.is_usable(visitor.at)],
        "lost": mine.filter(status=Card.Status.LOST),
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
