"""What is handed to the one statement that settles a bill."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkout.answers import sale_template
from checkout.asked import Asked, Whose
from checkout.bill import Bill, Quote, TenderGiven
from checkout.models import CheckoutPolicy, DiscountKind
from checkout.models.policy import NumbersBy
from checkout.selectors import Look, settings
from ledger.services import Act, as_array, moment_text
from stores.models import Approval, Store

from .lines import Posts
from .picture import Looking, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, checked as far as nothing has to be looked up."""

    store: Store
    bill: Bill
    whose: Whose
    asked: Asked
    tenders: tuple[TenderGiven, ...]
    reference: str
    by: Act
    at: datetime
    key: str
    print: bytes
    callers: tuple[str, ...]
    expected_due: int | None
    payment_code: str | None
    approval: Approval | None
    # Ways of paying that gave money back in the same act: it pays though switched off.
    given_back: frozenset[str]


def params_of(
    request: Request,
    looking: Looking,
    drawn: Picture,
    quote: Quote,
    posts: Posts,
    *,
    sale_id: UUID,
    change: int,
) -> list[Any]:
    """What `checkout_capture` is called with, in its order."""
    by, found = request.by, looking.look
    member = found.member
    points, growth = (
        (quote.earned.points, quote.earned.growth) if quote.earned else (0, 0)
    )
    sale = {
        "id": str(sale_id),
        "member": found.member_id,
        "card": found.card["id"] if found.card else None,
        "reference": request.reference,
        "numbered_by": _numbered_by(drawn.programme.policy, by),
        "approver": by.approver_id,
        "channel": request.bill.channel,
        "payers": _payers(request, found, quote),
        "gross": quote.gross,
        "discount": quote.discount,
        "net": quote.net,
        "paid": quote.net - quote.due,
        "due": quote.due,
        "change": change,
        "points_spent": quote.points_spent,
        "points_earned": points,
        "growth_earned": growth,
        "policy": drawn.programme.policy.pk,
        "is_followed_up": not _has_follow_ups(found),
    }
    answer = sale_template(
        sale_id=str(sale_id),
        reference=request.reference,
        quote=quote,
        tenders=request.tenders,
        change=change,
        member={"id": member["public_id"]} if member else None,
        tier=(
            {"code": drawn.tier.code, "name": drawn.tier.name} if drawn.tier else None
        ),
    )
    coupons = [d for d in quote.discounts if d.kind == DiscountKind.COUPON]
    return [
        request.key,
        request.print,
        request.at,
        by.business_date,
        by.actor,
        request.store.pk,
        by.till_id,
        by.staff_id,
        by.shift_id,
        by.request_id[:64],
        _json(sale),
        _json(_lines(quote)),
        _json(_discounts(quote)),
        _json(posts.payments) if posts.payments else None,
        answer,
        as_array(posts.debits),
        as_array(posts.credits),
        as_array(posts.amounts),
        as_array([moment_text(until) for until in posts.expires]),
        as_array(_watched(found)),
        _json(_wallet(found, quote, drawn)),
        as_array([discount.subject for discount in coupons]),
        as_array([discount.amount for discount in coupons]),
        _json(_points(found, quote, posts)),
        _json(_code(looking)),
        _json(_event(request, found, quote)),
    ]


def _numbered_by(policy: CheckoutPolicy, by: Act) -> str:
    """Whose number it is where tills count by themselves: a program is one, too."""
    if policy.numbers_by == NumbersBy.STORE:
        return ""
    return f"till:{by.till_id}" if by.till_id is not None else by.actor


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _lines(quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "kind": line.kind,
            "sku": line.sku,
            "name": line.name,
            "category": line.category,
            "thousandths": line.thousandths,
            "unit_price": line.unit_price,
            "gross": line.gross,
            "net": net,
            "excluded": line.excluded,
        }
        for place, (line, net) in enumerate(
            zip(quote.lines, quote.net_lines, strict=True), 1
        )
    ]


def _discounts(quote: Quote) -> list[dict[str, Any]] | None:
    return [
        {
            "place": place,
            "kind": str(discount.kind),
            "subject": discount.subject,
            "name": discount.name,
            "amount": discount.amount,
            "per_line": list(discount.per_line),
        }
        for place, discount in enumerate(quote.discounts, 1)
    ] or None


def _payers(request: Request, found: Look, quote: Quote) -> list[int]:
    """The members whose value this bill uses; of none what only came back in it."""
    if request.asked.is_returned_value:
        return []
    own = {coupon.pk for coupon in found.coupons() if coupon.member_id is not None}
    payers = {payment.card.owner_id for payment in quote.payments if payment.card}
    if (
        quote.stored_value is not None
        or quote.points_spent
        or any(
            one.kind == DiscountKind.COUPON and one.subject in own
            for one in quote.discounts
        )
    ):
        payers.add(found.member_id)
    if quote.stored_value is not None and found.share is not None:
        payers.add(found.share["owner_id"])
    return sorted(pk for pk in payers if pk is not None)


def _watched(found: Look) -> list[int]:
    """The accounts whose holdings the quote relied on."""
    seen = [
        found.of_wallet("principal"),
        found.of_wallet("bonus"),
        found.of_points("points"),
        found.of_points("debt"),
    ]
    return [account.pk for account in seen if account is not None]


def _wallet(found: Look, quote: Quote, drawn: Picture) -> dict[str, Any] | None:
    principal, bonus = found.of_wallet("principal"), found.of_wallet("bonus")
    if principal is None or bonus is None:
        return None
    stored = quote.stored_value
    return {
        "principal_id": principal.pk,
        "bonus_id": bonus.pk,
        "order": str(drawn.programme.spending_order),
        "principal": stored.principal if stored else 0,
        "bonus": stored.bonus if stored else 0,
    }


def _points(found: Look, quote: Quote, posts: Posts) -> dict[str, Any] | None:
    account, debt = found.of_points("points"), found.of_points("debt")
    if account is None or debt is None:
        return None
    spent = quote.points_spent
    worth = sum(payment.amount for payment in quote.payments if payment.points)
    earned = posts.earned or {}
    usable_now = 0 if earned.get("usable_from") else earned.get("points", 0)
    told: dict[str, Any] = {
        "policy": found.policy("points"),
        "account": account.pk,
        "debt_account": debt.pk,
        "debt": debt.balance,
        "spent": spent,
        "worth": worth,
        "bill": quote.net,
        "change": max(0, usable_now - earned.get("debt_paid", 0)) - spent,
    }
    return told | ({"earned": posts.earned} if posts.earned else {})


def _code(looking: Looking) -> dict[str, Any] | None:
    shown = looking.shown
    if shown is None:
        return None
    return {
        "card": shown.card_id,
        "member": shown.member_id,
        "step": shown.step,
        "device": shown.device_id,
    }


def _event(request: Request, found: Look, quote: Quote) -> dict[str, Any]:
    """What a webhook tells: ids and amounts."""
    return {
        "reference": request.reference,
        "member": found.member["public_id"] if found.member else None,
        "gross": quote.gross,
        "discount": quote.discount,
        "net": quote.net,
        "due": quote.due,
        "points_spent": quote.points_spent,
        "points_earned": quote.points_earned,
    }


def _has_follow_ups(found: Look) -> bool:
    """Whether stamps or a coupon for the next visit may come of it."""
    return found.member_id is not None and bool(
        settings.stamp_programmes(found.stamp("programmes"))
        or settings.next_visit_gifts(found.stamp("gifts"))
    )
