"""A gift card from a friend: opened by its link, then kept or moved to the wallet."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import GiftNotFound, GiftNotYet
from gift_cards.models import Gift
from gift_cards.selectors import LinkedGift
from portal.forms import TakeForm
from portal.giving import dead_link
from portal.visitors import Visitor, for_anybody, for_members, to_sign_in

PAGE = "portal/gift_card.html"


@never_cache
@require_http_methods(["GET", "POST"])
@for_anybody
def gift_card(
    request: HttpRequest, visitor: Visitor | None, token: str
) -> HttpResponse:
    """The gift and its words, for whoever has the link; a member keeps it as a card, or
    moves it into the wallet by the form, once.
    """
    found = _found(token)
    dead = dead_link(found.gift, is_former=found.is_former)
    if dead:
        return render(request, PAGE, {"tab": "wallet" if visitor else "", "dead": dead})
    if visitor is not None:
        return _for_a_member(request, visitor, token)
    if request.method == "POST":
        return to_sign_in(request)
    return _for_a_stranger(request, found.gift, token)


def _for_a_member(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    try:
        gift = gift_cards_services.open_gift(token=token, at=visitor.at)
    except GiftNotFound:
        raise Http404 from None
    except GiftNotYet as early:
        return render(request, PAGE, {"tab": "wallet", "early": str(early)})
    form = TakeForm(
        request.POST if request.method == "POST" else None,
        button=_("Move it into my wallet"),
    )
    entry_id = _moved(form, gift, visitor, token) if form.is_valid() else None
    if entry_id is not None:
        messages.success(request, _("It is in your wallet."))
        return redirect("portal:movement", entry_id)
    if form.is_bound:  # refused: it may have been taken meanwhile
        gift = gift_cards_services.open_gift(token=token, at=visitor.at)
    if gift.kept_at is not None and gift.card.owner_id == visitor.member.pk:
        return redirect("portal:own_gift_card", gift.card.public_id)
    context = _opened(gift, visitor)
    if gift.kept_at is None:
        may_move = gift_cards_selectors.may_move(gift.card_id)
        context |= {
            "may_keep": True,
            "token": token,
            "form": form if may_move else None,
        }
    return render(request, PAGE, context)


def _moved(form: TakeForm, gift: Gift, visitor: Visitor, token: str) -> UUID | None:
    """The entry that moved it; None: refused, or taken before, as the page says."""
    try:
        return gift_cards_services.gift_to_wallet(
            token=token,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
            key=f"portal:gift:{gift.pk}:{visitor.member.pk}",
        ).entry_id
    except GiftNotFound:
        return None
    except DomainError as refusal:
        form.refuse(refusal)
        return None


def _for_a_stranger(request: HttpRequest, gift: Gift, token: str) -> HttpResponse:
    """What it is, and how to keep it.

    It is opened by a button: what fetches an address for a preview of it opens nothing.
    """
    at = now()
    if at < gift.deliver_at:
        early = GiftNotYet(opens_at=gift.deliver_at)
        return render(request, PAGE, {"early": str(early)})
    if gift.opened_at is None:
        return render(request, PAGE, {"cover": True, "gift": gift, "token": token})
    return render(request, PAGE, {**_opened(gift, None), "is_stranger": True})


def _opened(gift: Gift, visitor: Visitor | None) -> dict[str, Any]:
    at = visitor.at if visitor is not None else now()
    return {
        "tab": "wallet" if visitor is not None else "",
        "gift": gift,
        "card": gift_cards_selectors.card(card_id=gift.card_id, at=at),
    }


@never_cache
@require_POST
@for_anybody
def open_gift_card(
    request: HttpRequest, visitor: Visitor | None, token: str
) -> HttpResponse:
    """A stranger opens it; who gave it sees that it was opened."""
    found = _found(token)
    at = visitor.at if visitor is not None else now()
    if not dead_link(found.gift, is_former=found.is_former) and (
        at >= found.gift.deliver_at
    ):
        gift_cards_services.open_gift(token=token, at=at)
    return redirect("portal:gift_card", token)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def keep_gift_card(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """Kept among the member's own cards, once."""
    _found(token)
    if request.method == "POST":
        try:
            gift_cards_services.keep_gift(
                token=token,
                by=visitor.act(),
                at=visitor.at,
                member_id=visitor.member.pk,
            )
        except GiftNotFound:
            pass  # tapped twice, or another was quicker: the page says which
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The card is yours. Pay with it at any till."))
    return redirect("portal:gift_card", token)


def _found(token: str) -> LinkedGift:
    found = gift_cards_selectors.gift_by_link(token)
    if found is None:
        raise Http404
    return found
