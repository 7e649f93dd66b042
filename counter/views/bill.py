"""The bill as it is typed: what lies on the counter, and what it would cost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from checkout import services as checkout_services
from common.errors import DomainError
from counter import guests, keys
from counter.bill_forms import SALE, BillForm, sealed, sealed_coupon
from counter.guests import Guest
from counter.place import SELL, Place, at_till
from counter.quotes import shown, words_of_charge
from coupons import rules as coupon_rules
from coupons import selectors as coupons_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import GiftCardUnavailable
from stores import selectors as stores_selectors


@never_cache
@require_POST
@at_till(SELL)
def quote(request: HttpRequest, place: Place) -> HttpResponse:
    """What the bill would cost, as it is typed."""
    return render(request, "counter/sale.html#quote", quoted(request, place))


@never_cache
@sensitive_post_parameters("gift_code", "pin")
@require_POST
@at_till(SELL)
def lay_down(request: HttpRequest, place: Place) -> HttpResponse:
    """A gift card on the counter: opened once, then carried along by the page of this
    bill, and of no other.
    """
    code, pin = request.POST.get("gift_code", "")[:80], request.POST.get("pin", "")[:16]
    context: dict[str, Any] = {}
    try:
        key = keys.read(request.POST.get("key", ""), place.till, SALE)
        card = gift_cards_services.find(
            code=code,
            pin=pin,
            callers=place.callers,
            by=place.act(),
            at=now(),
        )
        if not card.is_active:
            raise GiftCardUnavailable(status=card.status)
        context["card"] = card
        context["sealed"] = sealed(code=code, pin=pin, key=key)
    except DomainError as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "counter/sale.html#gift", context)
    answer["HX-Trigger-After-Settle"] = "quote"
    return answer


@never_cache
@sensitive_post_parameters("coupon_code")
@require_POST
@at_till(SELL)
def lay_coupon(request: HttpRequest, place: Place) -> HttpResponse:
    """A printed coupon on the counter, by its code; the quote says what it saves."""
    return coupon_laid(request, place, request.POST.get("coupon_code", "")[:80])


@never_cache
@require_POST
@at_till(SELL)
def still_laid(request: HttpRequest, place: Place) -> HttpResponse:
    """What lay on the counter before the page was loaded anew, and then the quote."""
    answer = render(request, "counter/sale.html#laid", on_the_counter(request, place))
    answer["HX-Trigger-After-Settle"] = "quote"
    return answer


def coupon_laid(request: HttpRequest, place: Place, text: str) -> HttpResponse:
    """The coupon beside what lies there already, or why it cannot be used."""
    at, context = now(), dict[str, Any]()
    guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    member_id = guest.member.pk if guest.member else None
    try:
        key = keys.read(request.POST.get("key", ""), place.till, SALE)
        coupon = coupons_selectors.by_code(text)
        why = coupon_rules.refusal_of(coupon, member_id=member_id, at=at)
        if why is None:
            context = {"coupon": coupon, "sealed": sealed_coupon(coupon.pk, key=key)}
        else:
            context = {"refusal": why.sentence}
    except DomainError as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "counter/sale.html#gift", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#laid", "beforeend"
    answer["HX-Trigger-After-Settle"] = "quote"
    return answer


def on_the_counter(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Gift cards and coupons on the counter stay there whoever the guest turns out."""
    form = BillForm(request.POST, till=place.till)
    coupons = coupons_selectors.named(form.laid_coupons())
    return {
        "laid_gifts": form.gift_cards(),
        "laid_coupons": [
            (coupon, sealed_coupon(coupon.pk, key=form.key)) for coupon in coupons
        ],
    }


def quoted(
    request: HttpRequest,
    place: Place,
    *,
    guest: Guest | None = None,
    refusal: str = "",
) -> dict[str, Any]:
    """The quote of what was posted; a sentence where there is none."""
    at, form = now(), BillForm(request.POST, till=place.till)
    if guest is None:
        guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    context: dict[str, Any] = {
        "guest": guest,
        "tenders": stores_selectors.tenders(place.store),
        "refusal": refusal,
        "change": 0,
    }
    if not form.is_valid():
        typed = request.POST.get("amount", "").strip()
        context["refusal"] = refusal or (form.sentence if typed else "")
        return context
    try:
        bill, asked = form.bill(), form.asked()
        told = checkout_services.quote(
            store=place.store,
            bill=bill,
            whose=guest.whose,
            asked=asked,
            by=place.act(),
            at=at,
            callers=place.callers,
        )
    except DomainError as wrong:
        context["refusal"] = refusal or str(wrong)
        return context
    seen = shown(told, bill=bill, asked=asked, at=at)
    given = sum(one.amount for one in form.tenders(seen.quote.due))
    return context | {
        "shown": seen,
        "change": max(0, given - seen.quote.due),
        "missing": max(0, seen.quote.due - given),
        "use_points": form.cleaned_data["use_points"],
        "tender": form.cleaned_data["tender"],
        "rest": form.chosen_tender,
        "asks_rest": form.pays_from_wallet and guest.is_known and not form.is_divided,
        "can_pay": not seen.refusals,
        "charge": words_of_charge(seen.quote, form.tenders(seen.quote.due)),
    }
