"""Gift cards at the counter, and the codes that guests bring along."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from common.money import format_money
from counter import guests, keys
from counter.care_forms import CodeForm, OpenGiftForm, SellGiftForm
from counter.place import Place, at_till
from coupons import rules as coupon_rules
from coupons import selectors as coupons_selectors
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.services import Payment, Sold
from members.models import Member
from points import services as points_services
from stores import selectors as stores_selectors

SELL: Final = "gift_cards.sell_gift_card"
REDEEM: Final = "gift_cards.redeem_gift_card"
PICK_UP: Final = "points.hand_over_reward"
VERIFY: Final = "coupons.view_coupon"


class WhoIsIt(DomainError):
    """Nobody, or more than one, is found by what was typed."""

    def __init__(self) -> None:
        super().__init__(
            "who_is_it",
            _("Not one guest alone is found by this: type the whole phone, or scan."),
        )


@never_cache
@sensitive_post_parameters("code", "pin")
@require_http_methods(["GET", "POST"])
@at_till(SELL, REDEEM)
def gift_cards(request: HttpRequest, place: Place) -> HttpResponse:
    """Sold and activated, looked at, moved into a wallet."""
    return _page(request, place)


@never_cache
@sensitive_post_parameters("code")
@require_POST
@at_till(SELL)
def sell(request: HttpRequest, place: Place) -> HttpResponse:
    """A new card of a face, or a printed one by its scan; its code is shown once."""
    form = SellGiftForm(request.POST)
    if form.is_valid():
        try:
            sold = _sold(form, request, place)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _page(request, place, sold=sold)
    return _page(request, place, selling=form)


@never_cache
@sensitive_post_parameters("code", "pin")
@require_POST
@at_till(REDEEM)
def look(request: HttpRequest, place: Place) -> HttpResponse:
    """What is on a card; with a guest named, all of it goes into their wallet."""
    form = OpenGiftForm(request.POST)
    if form.is_valid():
        typed, at, by = form.cleaned_data, now(), place.act()
        named = {
            "code": typed["code"],
            "pin": typed["pin"],
            "callers": place.callers,
            "by": by,
            "at": at,
        }
        try:
            if not typed["guest"].strip():
                found = gift_cards_services.find(**named)
                return _page(request, place, looked=found, opening=form)
            moved = gift_cards_services.redeem_to_wallet(
                **named,
                member_id=_one_guest(typed["guest"], place).pk,
                key=keys.read(request.POST.get("key", ""), place.till, "to_wallet"),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("%(amount)s went into the wallet.")
                % {"amount": format_money(moved.amount)},
            )
            return redirect("counter:gift_cards")
    return _page(request, place, opening=form)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@at_till(PICK_UP, VERIFY)
def codes(request: HttpRequest, place: Place) -> HttpResponse:
    """A coupon’s code is verified; a reward is handed out for its code."""
    context: dict[str, Any] = {"place": place, "can": place.can, "tab": "codes"}
    name = request.POST.get("what", "")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if name == "reward":
                _require(place, PICK_UP)
                order = points_services.hand_over_reward(
                    code=form.cleaned_data["code"], by=place.act(), at=now()
                )
                context["order"] = order
            else:
                _require(place, VERIFY)
                context["coupon"] = coupon = coupons_selectors.by_code(
                    form.cleaned_data["code"]
                )
                context["why_not"] = coupon_rules.refusal_of(
                    coupon, member_id=coupon.member_id, at=now()
                )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context |= {"form": form, "what": name}
    return render(request, "counter/codes.html", context)


def _sold(form: SellGiftForm, request: HttpRequest, place: Place) -> Sold:
    """Raises what selling and activating refuse."""
    typed, at = form.cleaned_data, now()
    key = keys.read(request.POST.get("key", ""), place.till, "gift")
    buyer = _one_guest(typed["buyer"], place).pk if typed["buyer"].strip() else None
    amount = typed["amount"]
    if typed["code"].strip():
        if amount is None:
            printed = gift_cards_services.find_to_sell(
                code=typed["code"],
                callers=place.callers,
                by=place.act(),
                at=at,
            )
            due = printed.amount or 0
        else:
            due = amount
        return gift_cards_services.activate(
            codes=[typed["code"]],
            amount=amount,
            payment=Payment(tenders={typed["tender"]: due}, buyer_id=buyer),
            by=place.act(),
            at=at,
            key=key,
        )
    return gift_cards_services.sell(
        design_id=typed["design"] or 0,
        amount=amount or 0,
        payment=Payment(tenders={typed["tender"]: amount or 0}, buyer_id=buyer),
        by=place.act(),
        at=at,
        key=key,
    )


def _one_guest(text: str, place: Place) -> Member:
    _require(place, "members.view_member")
    found = [one.member for one in guests.find(text, at=now()) if one.member]
    if len(found) != 1:
        raise WhoIsIt
    return found[0]


def _require(place: Place, permission: str) -> None:
    if not place.may(permission):
        raise PermissionDenied


def _page(request: HttpRequest, place: Place, **more: Any) -> HttpResponse:
    context = {
        "place": place,
        "can": place.can,
        "tab": "gift-cards",
        "designs": gift_cards_selectors.designs_on_sale().order_by("pk"),
        "tenders": stores_selectors.tenders(place.store),
        "key": keys.mint(place.till, "gift"),
        "wallet_key": keys.mint(place.till, "to_wallet"),
        **more,
    }
    if "selling" in more:
        context["key"] = request.POST.get("key", "")
    if "opening" in more:
        context["wallet_key"] = request.POST.get("key", "") or context["wallet_key"]
    return render(request, "counter/gift_cards.html", context)
