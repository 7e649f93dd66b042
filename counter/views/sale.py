"""The sale: who it is, what it costs, how it is paid, and the receipt."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from structlog import get_logger

from cards import selectors as cards_selectors
from checkout import services as checkout_services
from checkout.errors import RequestInProgress
from common.errors import DomainError
from counter import guests, keys, receipts
from counter.bill_forms import BillForm, sealed, sealed_coupon
from counter.guests import Guest
from counter.place import SELL, Place, at_till, this_request
from counter.quotes import Shown, shown
from coupons import codes as coupon_codes
from coupons import rules as coupon_rules
from coupons import selectors as coupons_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import GiftCardUnavailable
from ledger.errors import IdempotencyConflict
from stores import selectors as stores_selectors

log = get_logger(__name__)
WORD = "sale"
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
    return _desk(request, place, Guest(card=card), page=True)


@never_cache
@require_POST
@at_till(SELL, "stored_value.top_up_wallet", "cards.issue_card")
def find(request: HttpRequest, place: Place) -> HttpResponse:
    """Who is meant by a scan or a typed word; one only is the guest at once."""
    _require_sight(place)
    text = request.POST.get("q", "")[:100]
    found = guests.find(text, at=now()) if text.strip() else []
    if len(found) == 1:
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
        return _laid_coupon(request, text)
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


@never_cache
@require_POST
@at_till(SELL)
def quote(request: HttpRequest, place: Place) -> HttpResponse:
    """What the bill would cost, as it is typed."""
    return render(request, "counter/sale.html#quote", _quoted(request, place))


@never_cache
@sensitive_post_parameters("code", "pin")
@require_POST
@at_till(SELL)
def lay_down(request: HttpRequest, place: Place) -> HttpResponse:
    """A gift card on the counter: opened once, then carried along by the page."""
    code, pin = request.POST.get("gift_code", "")[:80], request.POST.get("pin", "")[:16]
    is_scanned = request.POST.get("scanned") == "yes"
    context: dict[str, Any] = {}
    try:
        card = gift_cards_services.find(
            code=code,
            pin=pin,
            is_scanned=is_scanned,
            callers=place.callers,
            by=place.act(),
            at=now(),
        )
        if not card.is_active:
            raise GiftCardUnavailable(status=card.status)
        context["card"] = card
        context["sealed"] = sealed(code=code, pin=pin, is_scanned=is_scanned)
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
    return _laid_coupon(request, request.POST.get("coupon_code", "")[:80])


@never_cache
@require_POST
@at_till(SELL)
def still_laid(request: HttpRequest, place: Place) -> HttpResponse:
    """What lay on the counter before the page was loaded anew, and then the quote."""
    answer = render(request, "counter/sale.html#laid", _still_laid(request))
    answer["HX-Trigger-After-Settle"] = "quote"
    return answer


@never_cache
@sensitive_post_parameters("payment_code")
@require_POST
@at_till(SELL)
def charge(request: HttpRequest, place: Place) -> HttpResponse:
    """Settle it, once: the same form again is answered with the same receipt."""
    try:
        key = keys.read(request.POST.get("key", ""), place.till, WORD)
    except DomainError as refusal:
        return _refused(request, place, str(refusal))
    done = receipts.sale_under(key, store=place.store)
    if done is not None:
        return _settled(request, place, done.pk, again=True)
    form = BillForm(request.POST)
    if not form.is_valid():
        return _refused(request, place, form.sentence)
    at = now()
    guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    expected = _expected(request)
    try:
        captured = checkout_services.capture(
            store=place.store,
            bill=form.bill(),
            whose=guest.whose,
            asked=form.asked(),
            tenders=form.tenders(expected),
            reference=form.cleaned_data["reference"] or _bill_number(place, key),
            by=place.act(),
            at=at,
            key=key,
            expected_due=expected,
            payment_code=request.POST.get("payment_code", "").strip()[:16] or None,
            callers=place.callers,
        )
    except (RequestInProgress, IdempotencyConflict) as busy:
        answer = _refused(request, place, str(busy))
        answer["HX-Trigger"] = "ask-again"
        return answer
    except DomainError as refusal:
        return _refused(request, place, str(refusal))
    _follow_up(captured.sale_id)
    return _settled(request, place, captured.sale_id, again=captured.replayed)


@never_cache
@require_safe
@at_till(SELL, "checkout.view_sale")
def receipt(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """A receipt of this store, to be printed again."""
    return _receipt(request, place, sale_id, page=True)


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
    address = address_of(guest)
    context: dict[str, Any] = {
        "place": place,
        "can": place.can,
        "tab": "sale",
        "guest": guest,
        "known": guests.known(guest, at=at),
        "bearer": guests.bearer(guest, at=at),
        "today": at,
        "tenders": stores_selectors.TENDERS,
        "key": request.POST.get("key") or keys.mint(place.till, WORD),
        "kept": _kept(request),
        "address": address,
        **(more or {}),
    }
    if page:
        return render(request, "counter/sale.html", context)
    context |= _still_laid(request)
    if request.POST.get("amount"):
        context |= _quoted(request, place, guest=guest)
    answer = render(request, "counter/sale.html#desk", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = (
        ("#desk", "outerHTML") if _is_on_desk(request) else ("#main", "innerHTML")
    )
    answer["HX-Push-Url"] = address
    return answer


def _laid_coupon(request: HttpRequest, text: str) -> HttpResponse:
    """The coupon beside what lies there already, or why it cannot be used."""
    at, context = now(), dict[str, Any]()
    guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    member_id = guest.member.pk if guest.member else None
    try:
        coupon = coupons_selectors.by_code(text)
        why = coupon_rules.refusal_of(coupon, member_id=member_id, at=at)
        if why is None:
            context = {"coupon": coupon, "sealed": sealed_coupon(coupon.pk)}
        else:
            context = {"refusal": why.sentence}
    except DomainError as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "counter/sale.html#gift", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#laid", "beforeend"
    answer["HX-Trigger-After-Settle"] = "quote"
    return answer


def _is_on_desk(request: HttpRequest) -> bool:
    """Whether a bill is on the screen; else the screen is drawn anew."""
    return "key" in request.POST


def _kept(request: HttpRequest) -> dict[str, str]:
    names = ("amount", "excluded", "reference")
    return {name: request.POST.get(name, "")[:80] for name in names}


def _still_laid(request: HttpRequest) -> dict[str, Any]:
    """Gift cards and coupons on the counter stay there whoever the guest turns out."""
    form = BillForm(request.POST)
    coupons = coupons_selectors.named(form.laid_coupons())
    return {
        "laid_gifts": form.gift_cards(),
        "laid_coupons": [(coupon, sealed_coupon(coupon.pk)) for coupon in coupons],
    }


def _quoted(
    request: HttpRequest,
    place: Place,
    *,
    guest: Guest | None = None,
    refusal: str = "",
) -> dict[str, Any]:
    """The quote of what was posted; a sentence where there is none."""
    at, form = now(), BillForm(request.POST)
    if guest is None:
        guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    context: dict[str, Any] = {
        "guest": guest,
        "tenders": stores_selectors.TENDERS,
        "refusal": refusal,
        "change": 0,
    }
    if not form.is_valid():
        typed = request.POST.get("amount", "").strip()
        context["refusal"] = refusal or (form.sentence if typed else "")
        return context
    try:
        asked = form.asked()
        told = checkout_services.quote(
            store=place.store,
            bill=form.bill(),
            whose=guest.whose,
            asked=asked,
            by=place.act(),
            at=at,
            callers=place.callers,
        )
    except DomainError as wrong:
        context["refusal"] = refusal or str(wrong)
        return context
    seen = shown(told, best=asked.coupons is None, at=at)
    given = sum(one.amount for one in form.tenders(seen.quote.due))
    return context | {
        "shown": seen,
        "change": max(0, given - seen.quote.due),
        "missing": max(0, seen.quote.due - given),
        "use_points": form.cleaned_data["use_points"],
        "no_stored": form.cleaned_data["no_stored"],
        "can_pay": _can_pay(seen),
    }


def _can_pay(seen: Shown) -> bool:
    return not seen.refusals


def _refused(request: HttpRequest, place: Place, sentence: str) -> HttpResponse:
    """The sentence above the quote as it is now; nothing has moved."""
    context = _quoted(request, place, refusal=sentence)
    answer = render(request, "counter/sale.html#quote", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#offers", "outerHTML"
    return answer


def _follow_up(sale_id: UUID) -> None:
    """Stamps and the coupon for the next visit, so that the receipt can name them; what
    fails here is done by the task that looks after every sale.
    """
    try:
        checkout_services.follow_up(sale_id=sale_id, request_id=this_request())
    except (DomainError, DatabaseError):
        log.exception("follow_up_failed", sale=str(sale_id))


def _settled(
    request: HttpRequest, place: Place, sale_id: UUID, *, again: bool
) -> HttpResponse:
    answer = _receipt(request, place, sale_id, page=False, again=again)
    answer["HX-Push-Url"] = reverse("counter:receipt", args=[sale_id])
    return answer


def _receipt(
    request: HttpRequest,
    place: Place,
    sale_id: UUID,
    *,
    page: bool,
    again: bool = False,
) -> HttpResponse:
    found = receipts.sale_of(sale_id=sale_id, store=place.store)
    if found is None:
        raise Http404
    context = {
        "place": place,
        "can": place.can,
        "tab": "today" if page else "sale",
        "receipt": receipts.receipt_of(found),
        "again": again,
        "request_id": this_request(),
    }
    name = "counter/receipt.html" if page else "counter/receipt.html#desk"
    return render(request, name, context)


def _require_sight(place: Place) -> None:
    if not place.may(SEE):
        raise PermissionDenied


def _expected(request: HttpRequest) -> int:
    told = request.POST.get("due", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 15 else -1


def _bill_number(place: Place, key: str) -> str:
    """A number for a bill that has none of its own; the same for the same form."""
    day = now().astimezone(place.store.zone)
    return f"{place.till.code}-{day:%m%d}-{keys.short(key)}"


def address_of(guest: Guest) -> str:
    """The page of a guest; codes and numbers never stand in an address."""
    if guest.member is not None:
        return reverse("counter:sale_of_member", args=[guest.member.public_id])
    if guest.card is not None:
        return reverse("counter:sale_of_card", args=[guest.card.pk])
    return reverse("counter:sale")
