"""The sale: who it is for, and the screen with their bill."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cards import selectors as cards_selectors
from counter import guests, keys
from counter.bill_forms import SALE, STORED
from counter.guests import Guest
from counter.place import SELL, Place, at_till
from counter.say import why_stopped
from counter.views.bill import coupon_laid, on_the_counter, quoted
from coupons import codes as coupon_codes
from stores import selectors as stores_selectors

SEE = "members.view_member"
MOST_SHOWN = 8  # of those who were found
NOBODY = Guest()


@never_cache
@require_safe
@at_till(SELL)
def sale(request: HttpRequest, place: Place) -> HttpResponse:
    """A bill for whoever comes next."""
    return _desk(request, place, NOBODY, page=True)


@never_cache
@require_safe
@at_till(SELL)
def sale_of_member(request: HttpRequest, place: Place, public_id: UUID) -> HttpResponse:
    """A bill for a member."""
    _require_sight(place)
    member = guests.member_of(public_id)
    if member is None:
        raise Http404
    return _desk(request, place, Guest(member=member), page=True)


@never_cache
@require_safe
@at_till(SELL)
def sale_of_card(request: HttpRequest, place: Place, card_id: int) -> HttpResponse:
    """A bill for an anonymous card."""
    _require_sight(place)
    card = cards_selectors.card(card_id)
    if card is None or card.member is not None:
        raise Http404
    if guests.is_stopped(card, at=now()):
        stopped = {"stopped": why_stopped(card)}
        return _desk(request, place, NOBODY, page=True, more=stopped)
    return _desk(request, place, Guest(card=card), page=True)


@never_cache
@require_POST
@at_till(SELL, "stored_value.top_up_wallet", "cards.issue_card")
def find(request: HttpRequest, place: Place) -> HttpResponse:
    """Who is meant by a scan or a typed word; one only is the guest at once."""
    _require_sight(place)
    text = request.POST.get("q", "")[:100]
    stopped = guests.unusable_card(text, at=now())
    if stopped is not None:
        return _desk(request, place, NOBODY, more={"stopped": why_stopped(stopped)})
    found = guests.find(text, at=now()) if text.strip() else []
    if len(found) == 1 and not found[0].is_former:
        return _desk(request, place, found[0])
    context = {
        "found": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "asked": bool(text.strip()),
        "can": place.can,
    }
    if not _is_on_desk(request):
        return _desk(request, place, NOBODY, more=context)
    if not found and coupon_codes.normalised(text) is not None:
        return coupon_laid(request, place, text)
    answer = render(request, "counter/sale.html#found", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#guest", "innerHTML"
    return answer


@never_cache
@require_POST
@at_till(SELL)
def choose(request: HttpRequest, place: Place) -> HttpResponse:
    """This one of those who were found; what was typed of the bill stays."""
    _require_sight(place)
    return _desk(
        request, place, guests.unsealed(request.POST.get("choice", ""), at=now())
    )


def _desk(
    request: HttpRequest,
    place: Place,
    guest: Guest,
    *,
    page: bool = False,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The whole screen, or its part; what was typed of the bill stays where it is."""
    at = now()
    address = _address_of(guest)
    known, bearer = guests.known(guest, at=at), guests.bearer(guest, at=at)
    holds = known or bearer
    wallet = holds.wallet if holds is not None else 0
    context: dict[str, Any] = {
        "place": place,
        "can": place.can,
        "tab": "sale",
        "guest": guest,
        "known": known,
        "bearer": bearer,
        "wallet": wallet,
        "pressed": _pressed(request, has_wallet=wallet > 0),
        "today": at,
        "tenders": stores_selectors.tenders(place.store),
        "key": request.POST.get("key") or keys.mint(place.till, SALE),
        "kept": _kept(request),
        "address": address,
        **(more or {}),
    }
    if page:
        return render(request, "counter/sale.html", context)
    context |= on_the_counter(request, place)
    if request.POST.get("amount"):
        context |= quoted(request, place, guest=guest)
    answer = render(request, "counter/sale.html#desk", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = (
        ("#desk", "outerHTML") if _is_on_desk(request) else ("#main", "innerHTML")
    )
    answer["HX-Push-Url"] = address
    return answer


def _is_on_desk(request: HttpRequest) -> bool:
    """Whether a bill is on the screen; else the screen is drawn anew."""
    return "key" in request.POST


def _kept(request: HttpRequest) -> dict[str, str]:
    names = ("amount", "excluded", "reference")
    return {name: request.POST.get(name, "")[:80] for name in names}


def _pressed(request: HttpRequest, *, has_wallet: bool) -> str:
    """The way of paying that was pressed before somebody else turned out the guest;
    nothing where none was.
    """
    pressed = request.POST.get("pressed", "")
    ways = {*stores_selectors.tenders(), *([STORED] if has_wallet else [])}
    return pressed if pressed in ways else ""


def _require_sight(place: Place) -> None:
    if not place.may(SEE):
        raise PermissionDenied


def _address_of(guest: Guest) -> str:
    """The page of a guest; codes and numbers never stand in an address."""
    if guest.member is not None:
        return reverse("counter:sale_of_member", args=[guest.member.public_id])
    if guest.card is not None:
        return reverse("counter:sale_of_card", args=[guest.card.pk])
    return reverse("counter:sale")
