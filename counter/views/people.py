"""Guests: found for a task, topped up, enrolled."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cards import selectors as cards_selectors
from common.errors import DomainError
from counter import guests, keys, services
from counter.guests import Guest
from counter.people_forms import EnrolForm, TopUpForm
from counter.place import Place, at_till
from counter.second import approved
from members.models import ConsentText, Purpose
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.services.top_up import Tender
from stores import selectors as stores_selectors

TOP_UP: Final = "stored_value.top_up_wallet"
WORD: Final = "top_up"
MOST_SHOWN: Final = 8


@never_cache
@require_http_methods(["GET", "POST"])
@at_till(TOP_UP)
def who(request: HttpRequest, place: Place, task: str) -> HttpResponse:
    """Find the guest whom a task is about."""
    if task != "top-up":
        raise Http404
    text = request.POST.get("q", "")[:100]
    found = guests.find(text, at=now()) if text.strip() else []
    targets = [(one, _address(one, task)) for one in found if _address(one, task)]
    if len(targets) == 1:
        return redirect(targets[0][1])
    context = {
        "place": place,
        "can": place.can,
        "tab": task,
        "task": task,
        "targets": targets[:MOST_SHOWN],
        "asked": bool(text.strip()),
    }
    return render(request, "counter/who.html", context)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(TOP_UP)
def top_up_member(request: HttpRequest, place: Place, public_id: UUID) -> HttpResponse:
    """Money into a member's wallet."""
    member = guests.member_of(public_id)
    if member is None:
        raise Http404
    return _top_up(request, place, Guest(member=member), Holder.member(member.pk))


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(TOP_UP)
def top_up_card(request: HttpRequest, place: Place, card_id: int) -> HttpResponse:
    """Money onto an anonymous card."""
    card = cards_selectors.card(card_id)
    if card is None or card.member is not None:
        raise Http404
    return _top_up(request, place, Guest(card=card), Holder.card(card.pk))


@never_cache
@require_safe
@at_till(TOP_UP, "stored_value.view_topup")
def top_up_receipt(request: HttpRequest, place: Place, top_up_id: int) -> HttpResponse:
    """What was paid in, what was given on top, what the wallet holds now."""
    rows = TopUp.objects.filter(pk=top_up_id, store=place.store)
    row = rows.select_related(
        "member", "store", "plan_version__plan", "coupon__version"
    ).first()
    if row is None:
        raise Http404
    holder = (
        Holder.member(row.member_id)
        if row.member_id is not None
        else Holder.card(row.card_id or 0)
    )
    context = {
        "place": place,
        "can": place.can,
        "tab": "top-up",
        "row": row,
        "held": stored_value_selectors.wallet(holder=holder, at=now()),
    }
    return render(request, "counter/top_up_receipt.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@at_till("members.add_member")
def enrol(request: HttpRequest, place: Place) -> HttpResponse:
    """Somebody new: a phone, a name, what they agree to, a card."""
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            member = services.enrol(
                name=typed["name"],
                phone=typed["phone"],
                gender=typed["gender"],
                agrees=typed["consent"],
                number=typed["number"],
                by=place.act(),
                at=now(),
                key=keys.read(request.POST.get("key", ""), place.till, "enrol"),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Welcome: enrolled."))
            return redirect("counter:sale_of_member", public_id=member.public_id)
    context = {
        "place": place,
        "can": place.can,
        "tab": "enrol",
        "form": form,
        "key": request.POST.get("key") or keys.mint(place.till, "enrol"),
        "asks_consent": place.may("members.record_consent")
        and ConsentText.objects.filter(purpose=Purpose.MARKETING).exists(),
    }
    return render(request, "counter/enrol.html", context)


def _top_up(
    request: HttpRequest, place: Place, guest: Guest, holder: Holder
) -> HttpResponse:
    at = now()
    form = TopUpForm(
        request.POST if request.method == "POST" else None, place=place, act=TOP_UP
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            key = keys.read(request.POST.get("key", ""), place.till, WORD)
            row = approved(
                lambda approval: stored_value_services.top_up(
                    holder=holder,
                    tenders=[Tender(typed["tender"], typed["amount"])],
                    coupon_id=typed["coupon"],
                    by=place.act(),
                    at=at,
                    key=key,
                    approval=approval,
                ),
                form=form,
                place=place,
                subject=f"{holder.kind}:{holder.id}",
                at=at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("counter:top_up_receipt", top_up_id=row.pk)
    context = {
        "place": place,
        "can": place.can,
        "tab": "top-up",
        "guest": guest,
        "form": form,
        "key": request.POST.get("key") or keys.mint(place.till, WORD),
        "held": stored_value_selectors.wallet(holder=holder, at=at),
        "offered": stored_value_services.best_steps(
            holder=holder, by=place.act(), at=at
        ),
        "coupons": stored_value_services.usable_coupons(
            holder=holder, by=place.act(), at=at
        ),
        "laid": form.cleaned_data.get("coupon") if form.is_bound else None,
        "tenders": stores_selectors.tenders(place.store),
        "chosen": request.POST.get("tender", "cash"),
    }
    return render(request, "counter/top_up.html", context)


def _address(guest: Guest, task: str) -> str:
    if guest.member is not None:
        return reverse("counter:top_up_member", args=[guest.member.public_id])
    if guest.card is not None:
        return reverse("counter:top_up_card", args=[guest.card.pk])
    return ""
