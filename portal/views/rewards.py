"""Points and what they are good for: tier, rewards, stamps, tasks, receipts."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from checkout import selectors as checkout_selectors
from common.errors import DomainError
from points import selectors as points_selectors
from points import services as points_services
from points.task_progress import task_progress
from portal import rewards as shelf
from portal.forms import ReceiptForm, TakeForm
from portal.keys import key_of, with_key
from portal.pages import page_before
from portal.visitors import Visitor, for_members
from stores import selectors as stores_selectors

MOST_ORDERS: Final = 50


@never_cache
@require_safe
@for_members
def rewards(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What one has earned, and what may be had for it."""
    member_id = visitor.member.pk
    balance = points_selectors.balance(member_id, visitor.at)
    expiring = points_selectors.expiring(member_id, visitor.at)
    context = {
        "tab": "rewards",
        "way": shelf.tier_way(visitor),
        "balance": balance,
        "expiring": expiring[max(expiring)],
        "expiring_days": max(expiring),
        "waiting": shelf.waiting(visitor),
        "rewards": shelf.offered(visitor, balance.usable),
        "stamps": points_selectors.stamp_cards(member_id, visitor.at),
        "tasks": task_progress(member_id, at=visitor.at),
    }
    return render(request, "portal/rewards.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def reward(request: HttpRequest, visitor: Visitor, reward_id: int) -> HttpResponse:
    """One reward: what it costs, and the button that orders it, once."""
    key = key_of(request, visitor, f"reward:{reward_id}")
    mine = points_selectors.orders_of(visitor.member.pk)
    done = mine.filter(key=key).first() if key else None
    if done is not None:
        return redirect("portal:reward_order", done.pk)
    balance = points_selectors.balance(visitor.member.pk, visitor.at)
    row = next(
        (
            one
            for one in shelf.offered(visitor, balance.usable)
            if one.reward.pk == reward_id
        ),
        None,
    )
    if row is None:
        raise Http404
    if not key:
        return with_key(request)
    form = TakeForm(
        request.POST if request.method == "POST" else None, button=_("Order")
    )
    if form.is_valid():
        try:
            ordered = points_services.order_reward(
                reward_id=reward_id,
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
                key=key,
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect("portal:reward_order", ordered.order.pk)
    context = {"tab": "rewards", "offer": row, "balance": balance, "form": form}
    return render(request, "portal/reward.html", context)


@never_cache
@require_safe
@for_members
def reward_orders(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What was ordered before, and what became of it."""
    rows = points_selectors.orders_of(visitor.member.pk)[:MOST_ORDERS]
    return render(
        request, "portal/reward_orders.html", {"tab": "rewards", "orders": rows}
    )


@never_cache
@require_safe
@for_members
def reward_order(request: HttpRequest, visitor: Visitor, order_id: int) -> HttpResponse:
    """One order with its code; another's is not there."""
    order = points_selectors.orders_of(visitor.member.pk).filter(pk=order_id).first()
    if order is None:
        raise Http404
    context = {
        "tab": "rewards",
        "order": order,
        "code": points_services.pick_up_code(order),
    }
    return render(request, "portal/reward_order.html", context)


@never_cache
@require_safe
@for_members
def points(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything that moved one's points, each leading to what made it."""
    before = page_before(request)
    told, further = shelf.points_changes(visitor, before=before)
    context = {
        "tab": "rewards",
        "balance": points_selectors.balance(visitor.member.pk, visitor.at),
        "lots": points_selectors.explain(visitor.member.pk, visitor.at),
        "changes": told,
        "stores": stores_selectors.names_of(one.store_id for one in told),
        "further": further,
        "is_later": before is not None,
    }
    return render(request, "portal/points.html", context)


@never_cache
@require_safe
@for_members
def points_entry(
    request: HttpRequest, visitor: Visitor, entry_id: UUID
) -> HttpResponse:
    """One event of one's points, with what made it; another's is not there."""
    member_id = visitor.member.pk
    rows = points_selectors.changes_of_entry(member_id, entry_id=entry_id)
    if not rows:
        raise Http404
    accruals = points_selectors.accruals_of_entry(member_id, entry_id=entry_id)
    change = shelf.points_change(rows)
    context = {
        "tab": "rewards",
        "change": change,
        "stores": stores_selectors.names_of([change.store_id]),
        "earned": [(one, points_selectors.reasons(one)) for one in accruals],
        "spent": points_selectors.redemptions_of_entry(member_id, entry_id=entry_id),
        "orders": points_selectors.orders_of(member_id).filter(entry_id=entry_id),
        "sale": checkout_selectors.of_member(member_id)
        .filter(entry_id=entry_id)
        .first(),
    }
    return render(request, "portal/points_entry.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def receipt(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A bill that was paid without the card: its code brings the points."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            earned = points_services.claim_receipt(
                code=form.cleaned_data["code"],
                member_id=visitor.member.pk,
                by=visitor.act(),
                at=visitor.at,
            )
        except DomainError as refusal:
            form.refuse(refusal, "code")
        else:
            told = ngettext(
                "%(count)s point is yours.",
                "%(count)s points are yours.",
                earned.points,
            )
            messages.success(request, told % {"count": earned.points})
            return redirect("portal:rewards")
    return render(request, "portal/receipt.html", {"tab": "rewards", "form": form})


@never_cache
@require_POST
@for_members
def check_in(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say hello today; twice on a day is once."""
    try:
        row = points_services.check_in(
            member_id=visitor.member.pk, by=visitor.act(), at=visitor.at
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        told = ngettext(
            "Checked in: %(count)s day in a row.",
            "Checked in: %(count)s days in a row.",
            row.streak,
        )
        messages.success(request, told % {"count": row.streak})
    return redirect("portal:rewards")
