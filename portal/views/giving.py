"""A member's gift cards: their own, those they gave, and one more for a friend."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from common.errors import DomainError
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import CardAmountRefused
from gift_cards.models import GiftCardDesign
from gift_cards.selectors import CardFacts
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from portal import symbols
from portal.forms import TakeForm
from portal.gift_forms import GiveCardForm
from portal.giving import state_of, ways, wish_of
from portal.keys import key_of, with_key
from portal.visitors import Visitor, for_members
from stored_value import selectors as stored_value_selectors
from stored_value.errors import CodeLocked, CodeNeeded, CodeRefused, NotEnough
from stored_value.holders import Holder

MOST: Final = 50
A_DAY: Final = 24 * 3600


@never_cache
@require_safe
@for_members
def gift_cards(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """One's own, those given and what became of them, and the faces to choose from."""
    member_id, at = visitor.member.pk, visitor.at
    given = gift_cards_selectors.gifts_given(member_id)[:MOST]
    is_sold = gift_cards_selectors.is_sold_for_stored_value(at=at)
    context = {
        "tab": "wallet",
        "cards": [
            card
            for card in gift_cards_selectors.cards_of(member_id=member_id, at=at)
            if card.usable
        ],
        "given": [(gift, state_of(gift, at=at)) for gift in given],
        "designs": gift_cards_selectors.designs_on_sale() if is_sold else [],
    }
    return render(request, "portal/gift_cards.html", context)


@require_safe
@for_members
def gift_card_face(
    request: HttpRequest, visitor: Visitor, design_id: int
) -> HttpResponse:
    """What a design looks like, small."""
    brand = policies_selectors.in_force(ShopPolicy, at=visitor.at).brand
    drawn = gift_cards_selectors.face_of(
        design_id, brand=brand, language=get_language() or "zh-hans"
    )
    if drawn is None:
        raise Http404
    response = HttpResponse(drawn, content_type="image/jpeg")
    patch_cache_control(response, private=True, max_age=A_DAY)
    return response


@never_cache
@sensitive_post_parameters("payment_code")
@require_http_methods(["GET", "POST"])
@for_members
def give_gift_card(
    request: HttpRequest, visitor: Visitor, design_id: int
) -> HttpResponse:
    """One more card for a friend, paid from the wallet, once for each form."""
    designs = gift_cards_selectors.designs_on_sale()
    design = designs.filter(pk=design_id).first()
    if design is None:
        raise Http404
    key = key_of(request, visitor, f"gift:{design_id}")
    if not key:
        return with_key(request)
    form = _give_form(request, visitor, design)
    if form.is_valid():
        try:
            bought = gift_cards_services.buy_gift(
                design_id=design_id,
                amount=form.price,
                member_id=visitor.member.pk,
                gift=wish_of(form.cleaned_data, visitor),
                payment_code=form.cleaned_data["payment_code"],
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except DomainError as refusal:
            form.refuse(refusal, _field_of(refusal, form))
        else:
            return redirect("portal:gift_given", bought.gift_id)
    held = stored_value_selectors.wallet(
        holder=Holder.member(visitor.member.pk), at=visitor.at
    )
    context = {
        "tab": "wallet",
        "design": design,
        "form": form,
        "principal": held.principal,
        "is_sold": gift_cards_selectors.is_sold_for_stored_value(at=visitor.at),
    }
    return render(request, "portal/give_gift_card.html", context)


def _give_form(
    request: HttpRequest, visitor: Visitor, design: GiftCardDesign
) -> GiveCardForm:
    member = visitor.member
    return GiveCardForm(
        request.POST if request.method == "POST" else None,
        design=design,
        channels=ways(),
        today=visitor.today[0],
        country=policies_selectors.in_force(ShopPolicy, at=visitor.at).country,
        code_above=stored_value_selectors.code_asked_above(at=visitor.at),
        initial={
            "giver": member.name,
            "language": member.language or get_language(),
            "channel": "link",
        },
    )


def _field_of(refusal: DomainError, form: GiveCardForm) -> str:
    """Where on the form a refusal stands."""
    if isinstance(refusal, CodeNeeded | CodeRefused | CodeLocked):
        return "payment_code"
    if isinstance(refusal, CardAmountRefused | NotEnough):
        return "amount" if "amount" in form.fields else "value"
    return ""


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def gift_given(request: HttpRequest, visitor: Visitor, gift_id: UUID) -> HttpResponse:
    """What became of a gift, and its link while nobody opened it."""
    mine = gift_cards_selectors.gifts_given(visitor.member.pk)
    gift = mine.filter(public_id=gift_id).first()
    if gift is None:
        raise Http404
    form = TakeForm(
        request.POST if request.method == "POST" else None, button=_("Take it back")
    )
    if form.is_valid():
        try:
            gift_cards_services.take_gift_back(
                gift_id=gift_id,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
                key=f"portal:gift-back:{gift.pk}",
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The gift is taken back; the money is in your wallet.")
            )
        return redirect("portal:gift_given", gift_id)
    link = gift_cards_selectors.shown_link(gift)
    may_return = gift.is_returnable and gift.card.store_id is None
    context = {
        "tab": "wallet",
        "gift": gift,
        "state": state_of(gift, at=visitor.at),
        "link": link,
        "qr": symbols.qr(link, title=_("Link")) if link else "",
        "form": form if may_return else None,
    }
    return render(request, "portal/gift_given.html", context)


@never_cache
@require_safe
@for_members
def own_gift_card(
    request: HttpRequest, visitor: Visitor, card_id: UUID
) -> HttpResponse:
    """A card that one keeps: what is left, and how to pay with it."""
    return _own(request, visitor, _mine(visitor, card_id))


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def own_gift_card_code(
    request: HttpRequest, visitor: Visitor, card_id: UUID
) -> HttpResponse:
    """A code for the till, on this answer alone: it stands in no address."""
    card = _mine(visitor, card_id)
    if request.method != "POST":
        return redirect("portal:own_gift_card", card_id)
    try:
        fresh = gift_cards_services.show_own_code(
            card_id=card.card_id,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("portal:own_gift_card", card_id)
    qr = symbols.qr(fresh.scan, title=_("Code of the gift card"))
    return _own(request, visitor, card, fresh=fresh, qr=qr)


@never_cache
@require_POST
@for_members
def own_gift_card_to_wallet(
    request: HttpRequest, visitor: Visitor, card_id: UUID
) -> HttpResponse:
    """All that is left goes into the wallet, once."""
    card = _mine(visitor, card_id)
    try:
        moved = gift_cards_services.own_card_to_wallet(
            card_id=card.card_id,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
            key=f"portal:card:{card.card_id}:{visitor.member.pk}",
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("portal:own_gift_card", card_id)
    messages.success(request, _("It is in your wallet."))
    return redirect("portal:movement", moved.entry_id)


def _mine(visitor: Visitor, card_id: UUID) -> CardFacts:
    card = gift_cards_selectors.own_card(
        public_id=card_id, member_id=visitor.member.pk, at=visitor.at
    )
    if card is None:
        raise Http404
    return card


def _own(
    request: HttpRequest, visitor: Visitor, card: CardFacts, **shown: Any
) -> HttpResponse:
    context = {
        "tab": "wallet",
        "card": card,
        "movements": gift_cards_selectors.movements_of(card.card_id),
        "may_move": gift_cards_selectors.may_move(card.card_id),
        **shown,
    }
    return render(request, "portal/own_gift_card.html", context)
