"""Coupons that come by a code, go to a friend, or come from one."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from coupons import selectors as coupons_selectors
from coupons import services as coupons_services
from coupons.errors import CouponNotUsable, GiftGone
from coupons.models import CouponGift
from portal.forms import CouponCodeForm, TakeForm
from portal.keys import key_of, with_key
from portal.visitors import Visitor, for_members


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def enter_code(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A word or a printed code brings a coupon."""
    key = key_of(request, visitor, "coupon")
    if not key:
        return with_key(request)
    form = CouponCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            coupons_services.claim_by_code(
                typed=form.cleaned_data["code"],
                member_id=visitor.member.pk,
                subject=f"member:{visitor.member.pk}",
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except DomainError as refusal:
            form.refuse(refusal, "code")
        else:
            messages.success(request, _("The coupon is yours."))
            return redirect("portal:coupons")
    return render(request, "portal/coupon_code.html", {"tab": "coupons", "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def take(request: HttpRequest, visitor: Visitor, template_id: int) -> HttpResponse:
    """A coupon that is there for everybody to take."""
    key = key_of(request, visitor, f"take:{template_id}")
    if request.method == "POST" and key:
        try:
            coupons_services.claim(
                template_id=template_id,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The coupon is yours."))
        return redirect("portal:coupons")
    offered = coupons_selectors.claimable(visitor.member.pk, at=visitor.at)
    template = offered.filter(pk=template_id).first()
    if template is None:
        raise Http404
    if not key:
        return with_key(request)
    context = {
        "tab": "coupons",
        "template": template,
        "form": TakeForm(button=_("Take it")),
    }
    return render(request, "portal/take_coupon.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def give(request: HttpRequest, visitor: Visitor, coupon_id: int) -> HttpResponse:
    """A link for a friend; made before, it is shown again. Another's is not there."""
    mine = coupons_selectors.held(visitor.member.pk, at=visitor.at)
    coupon = mine.filter(pk=coupon_id).first()
    if coupon is None:
        raise Http404
    form = TakeForm(
        request.POST if request.method == "POST" else None, button=_("Make the link")
    )
    if form.is_valid():
        try:
            coupons_services.offer(
                coupon_id=coupon_id,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
            )
        except CouponNotUsable as refusal:
            if refusal.code != "coupon_offered":  # tapped twice: the link is there
                form.refuse(refusal)
        except DomainError as refusal:
            form.refuse(refusal)
        if not form.errors:
            return redirect("portal:give_coupon", coupon_id)
    on_its_way = next(
        (
            one
            for one in coupons_selectors.gifts_offered(visitor.member.pk)
            if one.gift.coupon_id == coupon_id
        ),
        None,
    )
    context = {
        "tab": "coupons",
        "coupon": coupon,
        "form": form,
        "offer": on_its_way,
        "link": link_of(on_its_way.token) if on_its_way and on_its_way.token else "",
    }
    return render(request, "portal/give_coupon.html", context)


@never_cache
@require_POST
@for_members
def take_back(request: HttpRequest, visitor: Visitor, coupon_id: int) -> HttpResponse:
    """Nobody has taken it yet: it is one's own again."""
    mine = coupons_selectors.gifts_of_coupon(coupon_id, giver_id=visitor.member.pk)
    if not mine.exists():
        raise Http404
    try:
        coupons_services.take_back(
            coupon_id=coupon_id,
            member_id=visitor.member.pk,
            by=visitor.act(),
            at=visitor.at,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The coupon is yours again. The link is dead."))
    return redirect("portal:coupons")


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def gift(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """A friend's link: the gift, or what became of it. No link of ours: not there."""
    form = TakeForm(
        request.POST if request.method == "POST" else None, button=_("Keep it")
    )
    row = coupons_selectors.gift_by_token(token)
    if row is None:
        raise Http404
    if row.giver_id == visitor.member.pk:
        return _to_ones_own(row)
    if form.is_valid():
        try:
            coupons_services.accept(
                token=token,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
            )
        except GiftGone:
            row.refresh_from_db()
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The coupon is yours."))
            return redirect("portal:coupons")
    is_open = row.ended_at is None and row.lapses_at > visitor.at
    context: dict[str, Any] = {
        "tab": "coupons",
        "gift": row,
        "form": form if is_open else None,
        "what_happened": "" if is_open else _what_happened(row, visitor),
    }
    return render(request, "portal/coupon_gift.html", context)


def link_of(token: str) -> str:
    """The address that a friend opens."""
    return f"{settings.PUBLIC_URL}{reverse('portal:coupon_gift', args=[token])}"


def _to_ones_own(row: CouponGift) -> HttpResponse:
    if row.ended_at is None:
        return redirect("portal:give_coupon", row.coupon_id)
    return redirect("portal:coupons")


def _what_happened(row: CouponGift, visitor: Visitor) -> str:
    """Of a dead link, in words; whoever has it may know that much."""
    if row.ended_as == CouponGift.Ended.ACCEPTED:
        if row.taker_id == visitor.member.pk:
            return _("You have taken this gift: it is among your coupons.")
        return _("This gift has been taken already.")
    if row.ended_as == CouponGift.Ended.TAKEN_BACK:
        return _("Whoever sent this gift has taken it back.")
    return _("Nobody took this gift in time: it went back to whoever sent it.")
