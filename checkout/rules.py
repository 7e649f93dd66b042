"""The quote: one fixed order, everything explained. No clock and no database.

1 line prices · 2 per line the better of the tier's discount and the member price · 3
bill offer · 4 coupons · 5 points · 6 rounding · 7 gift cards, stored value, other
tenders · 8 what is earned. Each discount is spread over the lines by largest remainder.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from common.money import format_money
from common.quantity import PIECE
from common.shares import spread
from coupons.models import Coupon
from coupons.rules import BillFacts, BillLine, Refusal, refusal_of, stacks
from points.earning import Bought, EarnResult, Tender, earn
from points.spending import check_spend, most_for, worth_of
from stored_value.rules import split

from . import best as search
from .bill import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_LINES,
    MOST_PIECES,
    Bill,
    Guest,
    Line,
    Payment,
    Programme,
    Quote,
    Wishes,
)
from .errors import BillRefused
from .models import BillOffer, DiscountKind, LineKind, PaymentKind
from .models.sales import LARGEST_BILL
from .on_bill import OnBill

PER_MILLE = 1000
FROZEN = "account_frozen"  # why value that is there pays nothing


def check_bill(bill: Bill) -> None:
    """A bill that could be one. Raises BillRefused."""
    if not 0 < len(bill.lines) <= MOST_LINES:
        raise BillRefused
    if not all(_is_possible(line) for line in bill.lines):
        raise BillRefused
    if bill.gross > LARGEST_BILL:
        raise BillRefused("bill_too_large")
    if bill.gross == 0:
        raise BillRefused("nothing_to_pay")


def _is_possible(line: Line) -> bool:
    """Whether the tables could keep it."""
    return (
        0 < line.thousandths <= MOST_PIECES * PIECE
        and line.kind in LineKind.values
        and not (line.unit_price is None and line.amount is None)
        and 0 <= (line.unit_price or 0) <= LARGEST_BILL
        and 0 <= (line.amount or 0) <= LARGEST_BILL
        and (line.member_price is None or line.member_price >= 0)
        and len(line.name) <= LONGEST_NAME
        and len(line.sku) <= LONGEST_CODE
        and len(line.category) <= LONGEST_CODE
        and "\0" not in line.name + line.sku + line.category
    )


def quote(
    *, bill: Bill, guest: Guest, programme: Programme, wishes: Wishes, at: datetime
) -> Quote:
    """What a bill costs this guest now, with what they wish to use, and why.

    Points that were asked for and cannot be spent raise what `points` refuses; all else
    that does not apply is told in `rejected`. Raises BillRefused.
    """
    check_bill(bill)
    on = OnBill(bill, [line.gross for line in bill.lines])
    _line_prices(on, guest, programme)
    _bill_offer(on, guest, programme)
    _coupons(on, guest, programme, wishes, at)
    points, worth = _points(on, guest, programme, wishes)
    _rounding(on, programme, worth)
    payments = _payments(on, guest, programme, wishes, points, worth)
    net, paid = sum(on.amounts), sum(payment.amount for payment in payments)
    due = net - paid
    paid_by = _paid_by(payments, due)
    return Quote(
        gross=bill.gross,
        discounts=tuple(on.discounts),
        net_lines=tuple(on.amounts),
        payments=tuple(payments),
        due=due,
        rejected=tuple(on.rejected),
        earned=_earned(on, programme, paid_by) if guest.member_id and net else None,
        paid_by=paid_by,
    )


def _line_prices(on: OnBill, guest: Guest, programme: Programme) -> None:
    """The better of the two, line by line; the tier's percentage is rounded once."""
    rate = guest.benefits.discount_per_mille
    has_member_price = guest.benefits.member_price_on(programme.day)
    cheaper = [0] * len(on.amounts)
    weights = [0] * len(on.amounts)
    for at, line in enumerate(on.bill.lines):
        if not line.is_open:
            continue
        off = _member_price_off(line) if has_member_price else 0
        if off * PER_MILLE > line.gross * rate:
            cheaper[at] = off
        elif rate:
            weights[at] = line.gross
        if cheaper[at] or weights[at]:
            on.has_tier_price.add(at)
    whole = (sum(weights) * rate + PER_MILLE // 2) // PER_MILLE
    on.take_off(
        DiscountKind.TIER,
        spread(whole, weights),
        subject=guest.tier_id,
        name=guest.tier_name,
    )
    day = bool(guest.benefits.member_price_weekdays)
    on.take_off(
        DiscountKind.MEMBER_DAY if day else DiscountKind.MEMBER_PRICE,
        cheaper,
        subject=guest.tier_id,
        name=guest.tier_name,
    )


def _member_price_off(line: Line) -> int:
    if line.member_price is None:
        return 0
    return max(0, line.gross - line.costs(line.member_price))


def _bill_offer(on: OnBill, guest: Guest, programme: Programme) -> None:
    """Of the offers that the bill reaches, the one that takes off most."""
    open_amounts = on.open_amounts()
    reached: list[tuple[int, int, BillOffer, list[int]]] = []
    for offer in sorted(programme.offers, key=lambda offer: offer.pk):
        why = _of_guest_and_day(offer, guest, programme)
        weights = [
            amount if not offer.categories or line.category in offer.categories else 0
            for line, amount in zip(on.bill.lines, open_amounts, strict=True)
        ]
        base = sum(weights)
        if why is None and base < offer.min_spend:
            short = format_money(offer.min_spend - base)
            why = Refusal(
                "min_spend", _("%(amount)s more for this offer.") % {"amount": short}
            )
        off = 0 if why else min(base, _offer_off(offer, base))
        if why is None and off:
            reached.append((off, -offer.pk, offer, weights))
        elif why is not None:
            _reject_offer(on, offer, why)
    if not reached:
        return
    most, _order, taken, weights = max(reached, key=lambda found: found[:2])
    on.take_off(
        DiscountKind.OFFER, spread(most, weights), subject=taken.pk, name=taken.name
    )
    for _off, _order, offer, _weights in reached:
        if offer is not taken:
            _reject_offer(
                on, offer, Refusal("better_offer", _("Another offer takes off more."))
            )


def _offer_off(offer: BillOffer, base: int) -> int:
    times = base // offer.min_spend if offer.is_repeated else 1
    off = offer.amount_off * times
    return off if offer.most_off is None else min(off, offer.most_off)


def _of_guest_and_day(
    offer: BillOffer, guest: Guest, programme: Programme
) -> Refusal | None:
    if offer.members_only and guest.member_id is None:
        return Refusal("members_only", _("This offer is for members."))
    if offer.store_ids and programme.store_id not in offer.store_ids:
        return Refusal("store", _("This offer is not for this store."))
    if offer.tier_ids and guest.tier_id not in offer.tier_ids:
        return Refusal("tier", _("This offer is for another tier."))
    if offer.weekdays and programme.day.isoweekday() not in offer.weekdays:
        return Refusal("weekday", _("This offer is not for this day of the week."))
    return None


def _reject_offer(on: OnBill, offer: BillOffer, why: Refusal) -> None:
    on.reject(
        DiscountKind.OFFER, why.code, why.sentence, subject=offer.pk, name=offer.name
    )


def _coupons(
    on: OnBill, guest: Guest, programme: Programme, wishes: Wishes, at: datetime
) -> None:
    usable = _usable(on, guest, wishes, at)
    if not usable:
        return
    facts = _facts(on, guest, programme)
    per_bill = programme.coupons_per_bill
    if wishes.coupons is None:
        found = search.best(usable, facts, per_bill=per_bill)
    else:
        found = _as_asked(on, usable, facts, per_bill)
    for one in found.used:
        on.take_off(
            DiscountKind.COUPON,
            one.saving.per_line,
            subject=one.coupon.pk,
            name=one.coupon.version.name,
        )
    if wishes.coupons is None:
        _explain_unused(on, usable, found, facts)


def _facts(on: OnBill, guest: Guest, programme: Programme) -> BillFacts:
    lines = tuple(
        BillLine(
            item=line.sku or line.name,
            category=line.category,
            quantity=line.pieces,
            amount=amount,
            has_tier_discount=at in on.has_tier_price,
        )
        for at, (line, amount) in enumerate(
            zip(on.bill.lines, on.open_amounts(), strict=True)
        )
    )
    return BillFacts(
        lines=lines,
        store_id=programme.store_id,
        business_date=programme.day,
        local_time=programme.local_time,
        channel=on.bill.channel,
        member_id=guest.member_id,
        tier_id=guest.tier_id,
    )


def _usable(on: OnBill, guest: Guest, wishes: Wishes, at: datetime) -> list[Coupon]:
    """Coupons that hold at this moment; of those asked for, what does not is told."""
    asked = set(wishes.coupons or ())
    for unknown in sorted(asked - {coupon.pk for coupon in guest.coupons}):
        on.reject(
            DiscountKind.COUPON,
            "unknown",
            _("There is no such coupon."),
            subject=unknown,
        )
    usable = []
    for coupon in guest.coupons:
        if wishes.coupons is not None and coupon.pk not in asked:
            continue
        why = refusal_of(coupon, member_id=guest.member_id, at=at)
        if why is None:
            usable.append(coupon)
        else:
            _reject_coupon(on, coupon, why)
    return usable


def _as_asked(
    on: OnBill, coupons: Sequence[Coupon], facts: BillFacts, per_bill: int
) -> search.Combination:
    """Those asked for, all of them; what cannot stand beside the others is told."""
    chosen: list[Coupon] = []
    for coupon in search.in_order(coupons):
        versions = [one.version for one in chosen] + [coupon.version]
        why = stacks(versions, per_bill=per_bill)
        if why is None:
            tried = search.apply([*chosen, coupon], facts)
            why = tried.why if isinstance(tried, search.Refused) else None
        if why is None:
            chosen.append(coupon)
        else:
            _reject_coupon(on, coupon, why)
    found = search.apply(chosen, facts)
    return found if isinstance(found, search.Combination) else search.Combination()


def _explain_unused(
    on: OnBill,
    coupons: Iterable[Coupon],
    found: search.Combination,
    facts: BillFacts,
) -> None:
    used = set(found.ids)
    for coupon in coupons:
        if coupon.pk in used:
            continue
        alone = search.apply([coupon], facts)
        if isinstance(alone, search.Refused):
            _reject_coupon(on, coupon, alone.why)
        else:
            _reject_coupon(
                on,
                coupon,
                Refusal("better_offer", _("Other coupons save more on this bill.")),
            )


def _reject_coupon(on: OnBill, coupon: Coupon, why: Refusal) -> None:
    on.reject(
        DiscountKind.COUPON,
        why.code,
        why.sentence,
        subject=coupon.pk,
        name=coupon.version.name,
    )


def _points(
    on: OnBill, guest: Guest, programme: Programme, wishes: Wishes
) -> tuple[int, int]:
    """How many points are spent, and what they pay."""
    is_nobody = guest.member_id is None
    if wishes.points == 0 or (is_nobody and wishes.points is None):
        return 0, 0
    policy, bill = programme.points_policy, sum(on.open_amounts())
    if guest.are_points_frozen:
        on.reject(
            PaymentKind.POINTS,
            FROZEN,
            _("These points are frozen. A manager can release them."),
        )
        return 0, 0
    if wishes.points is None:
        most = min(most_for(bill, policy), guest.points)
        points = most // policy.step_points * policy.step_points
        points = points if points >= policy.least_points else 0
        return points, worth_of(points, policy)
    worth = check_spend(wishes.points, bill=bill, policy=policy)
    if is_nobody or wishes.points > guest.points:
        on.reject(
            PaymentKind.POINTS, "insufficient_points", _("There are not enough points.")
        )
        return 0, 0
    return wishes.points, worth


def _rounding(on: OnBill, programme: Programme, worth: int) -> None:
    """Drop what is below the shop's unit, of what is left to pay with money."""
    unit = programme.policy.rounding
    left = sum(on.amounts) - worth
    off = left % unit if unit else 0
    if 0 < off <= programme.policy.most_rounded:
        on.take_off(DiscountKind.ROUNDING, spread(off, on.amounts))


def _payments(
    on: OnBill,
    guest: Guest,
    programme: Programme,
    wishes: Wishes,
    points: int,
    worth: int,
) -> list[Payment]:
    payments: list[Payment] = []
    left = sum(on.amounts)
    if points:
        payments.append(Payment(kind=PaymentKind.POINTS, amount=worth, points=points))
        left -= worth
    spent: dict[int, int] = {}
    for card in wishes.gift_cards:
        there = card.usable - spent.get(card.card_id, 0)
        amount = min(left, there if card.most is None else card.most)
        if not card.is_active or amount > there or (left and not there):
            on.reject(
                PaymentKind.GIFT_CARD,
                "gift_card_unavailable",
                _("The gift card ending in %(last4)s cannot pay that.")
                % {"last4": card.last4},
                subject=card.card_id,
                public_id=card.public_id,
            )
        elif amount:
            payments.append(
                Payment(kind=PaymentKind.GIFT_CARD, amount=amount, card=card)
            )
            spent[card.card_id] = spent.get(card.card_id, 0) + amount
            left -= amount
    stored = _stored_value(on, guest, programme, wishes, left)
    return [*payments, stored] if stored else payments


def _stored_value(
    on: OnBill, guest: Guest, programme: Programme, wishes: Wishes, left: int
) -> Payment | None:
    wanted = left if wishes.stored_value is None else min(left, wishes.stored_value)
    if wanted and guest.is_wallet_frozen:
        on.reject(
            PaymentKind.STORED_VALUE,
            FROZEN,
            _("This stored value is frozen. A manager can release it."),
        )
        return None
    if wishes.stored_value is not None and wanted > guest.wallet:
        short = format_money(wanted - guest.wallet)
        on.reject(
            PaymentKind.STORED_VALUE,
            "insufficient_funds",
            _("The stored value is %(amount)s short.") % {"amount": short},
        )
        return None
    amount = min(wanted, guest.wallet)
    if amount <= 0:
        return None
    part = split(
        amount=amount,
        principal=guest.principal,
        bonus=guest.bonus,
        order=programme.spending_order,
    )
    return Payment(
        kind=PaymentKind.STORED_VALUE,
        amount=amount,
        principal=part.principal,
        bonus=part.bonus,
    )


def _paid_by(payments: Iterable[Payment], due: int) -> dict[Tender, int]:
    paid: dict[Tender, int] = {}
    for payment in payments:
        for tender, amount in (
            (Tender.PRINCIPAL, payment.principal),
            (Tender.BONUS, payment.bonus),
            (Tender.POINTS, payment.amount if payment.points else 0),
            (Tender.GIFT_CARD, payment.amount if payment.card else 0),
        ):
            if amount:
                paid[tender] = paid.get(tender, 0) + amount
    if due:
        paid[Tender.MONEY] = due
    return paid


def _earned(
    on: OnBill, programme: Programme, paid_by: dict[Tender, int]
) -> EarnResult | None:
    if programme.facts is None:
        return None
    lines = [
        Bought(amount=amount, category=line.category, excluded=line.excluded)
        for line, amount in zip(on.bill.lines, on.amounts, strict=True)
    ]
    return earn(
        lines=lines,
        paid=paid_by,
        rules=programme.rules,
        facts=programme.facts,
        policy=programme.points_policy,
    )
