"""The card, the wallet, the coupons: what a member holds."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cards import selectors as cards_selectors
from checkout import selectors as checkout_selectors
from checkout.models import Sale
from coupons import selectors as coupons_selectors
from gift_cards import selectors as gift_cards_selectors
from ledger import statements as ledger_statements
from portal import holdings, symbols
from portal.pages import page_before
from portal.visitors import Visitor, for_members
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.selectors import RefundLine
from stores import selectors as stores_selectors
from tiers import selectors as tiers_selectors

MOST_COUPONS: Final = 50
MOST_GIFTS: Final = 10


@never_cache
@require_safe
@for_members
def card(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The first screen: what the till scans."""
    shown = holdings.shown_card(visitor)
    context = {
        "tab": "card",
        "member": visitor.member,
        "device": visitor.device,
        "card": shown,
        "number": symbols.grouped(shown.number),
        "summary": holdings.summary_of(visitor, shown.tier),
        **_drawn(shown.code),
    }
    return render(request, "portal/card.html", context)


@never_cache
@require_safe
@for_members
def code(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The code of this minute, for a page that is open."""
    drawn = _drawn(holdings.code_now(visitor))
    response = render(request, "portal/card.html#code", drawn)
    # By which the browser knows how far its clock is off, in milliseconds.
    response["X-Time"] = str(int(visitor.at.timestamp() * 1000))
    return response


@never_cache
@require_safe
@for_members
def wallet(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What may be spent, lot by lot, and everything that moved it."""
    holder = Holder.member(visitor.member.pk)
    held = stored_value_selectors.wallet(holder=holder, at=visitor.at)
    before = page_before(request)
    told, further = stored_value_selectors.changes(
        principal=held.accounts.principal,
        bonus=held.accounts.bonus,
        before=before,
    )
    context = {
        "tab": "wallet",
        "held": held,
        "lots": [
            lot
            for lot in stored_value_selectors.explained(holder=holder, at=visitor.at)
            if lot.is_usable
        ],
        "borrowed": [
            holdings.borrowed(share, visitor)
            for share in cards_selectors.shares_of_holder(visitor.member.pk)
        ],
        "lent": [
            holdings.lent(share, visitor)
            for share in cards_selectors.shares_of_owner(visitor.member.pk)
        ],
        "offers_made": cards_selectors.offers_made(visitor.member.pk, at=visitor.at),
        "offers_to": cards_selectors.offers_to(visitor.member.pk, at=visitor.at),
        "changes": told,
        "stores": stores_selectors.names_of(one.store_id for one in told),
        "further": further,
        "is_later": before is not None,
    }
    return render(request, "portal/wallet.html", context)


@never_cache
@require_safe
@for_members
def movement(request: HttpRequest, visitor: Visitor, entry_id: UUID) -> HttpResponse:
    """One event of the wallet, with what made it; another's is not there."""
    holder = Holder.member(visitor.member.pk)
    accounts = stored_value_selectors.wallet(holder=holder, at=visitor.at).accounts
    rows = ledger_statements.of_entry(
        entry_id=entry_id, account_ids=[accounts.principal, accounts.bonus]
    )
    if not rows:
        raise Http404
    payer = stored_value_selectors.payers_of([entry_id]).get(entry_id, "")
    change = stored_value_selectors.change_of(
        rows, principal=accounts.principal, payer=payer
    )
    sale: Sale | None = (
        checkout_selectors.of_member(visitor.member.pk)
        .filter(entry_id=entry_id)
        .first()
    )
    top_up = (
        stored_value_selectors.top_ups_of(holder=holder)
        .filter(entry_id=entry_id)
        .first()
    )
    context = {
        "tab": "wallet",
        "change": change,
        "stores": stores_selectors.names_of([change.store_id]),
        "sale": sale,
        "lines": checkout_selectors.line_documents(sale) if sale else [],
        "top_up": top_up,
        "gift": gift_cards_selectors.gift_paid_by(entry_id, giver_id=visitor.member.pk),
        "preview": _preview(top_up, visitor) if top_up else [],
        "reversed": holdings.reversed_by(entry_id, accounts),
    }
    return render(request, "portal/movement.html", context)


@never_cache
@require_safe
@for_members
def coupons(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What can be used today, and what cannot with the reason why."""
    tier = tiers_selectors.standing(visitor.member.pk, at=visitor.at).tier
    held = holdings.coupons_of(visitor, tier)
    today = {one.coupon.pk for one in held if one.refusal is None}
    gifts = coupons_selectors.gifts_offered(visitor.member.pk)
    given = {one.gift.coupon_id for one in gifts}
    context = {
        "tab": "coupons",
        "shelf": "usable",
        "today": [one for one in held if one.coupon.pk in today],
        "later": [one for one in held if one.coupon.pk not in given | today],
        "gifts": gifts,
        "given": coupons_selectors.gifts_given(visitor.member.pk)[:MOST_GIFTS],
        "claimable": coupons_selectors.claimable(visitor.member.pk, at=visitor.at),
    }
    return render(request, "portal/coupons.html", context)


@never_cache
@require_safe
@for_members
def coupons_used(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What was used, the latest first."""
    rows = coupons_selectors.used_up(visitor.member.pk)[:MOST_COUPONS]
    context = {
        "tab": "coupons",
        "shelf": "used",
        "past": rows,
        "why": _("Used."),
    }
    return render(request, "portal/coupons.html", context)


@never_cache
@require_safe
@for_members
def coupons_expired(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What ended unused, the latest first."""
    rows = coupons_selectors.expired(visitor.member.pk, at=visitor.at)[:MOST_COUPONS]
    context = {
        "tab": "coupons",
        "shelf": "expired",
        "past": rows,
        "why": _("Its time is over."),
    }
    return render(request, "portal/coupons.html", context)


def _preview(top_up: TopUp, visitor: Visitor) -> list[RefundLine]:
    """What refunding a top-up would pay out today; nothing of it is done."""
    preview = stored_value_selectors.refund_preview(top_up=top_up, at=visitor.at)
    return stored_value_selectors.formula_lines(preview.formula)


def _drawn(shown: str) -> dict[str, str]:
    """A code as both kinds of scanner read it, and as it is typed."""
    title = _("Your member code")
    return {
        "qr": symbols.qr(shown, title=title),
        "bars": symbols.code_128(shown, title=title),
        "digits": symbols.grouped(shown),
    }
