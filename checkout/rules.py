"""The quote: one fixed order, everything explained. No clock and no database.

1 line prices · 2 per line the better of the tier's discount and the member price · 3
bill offer · 4 coupons · 5 points · 6 service charge · 7 rounding · 8 gift cards, stored
value, other tenders · 9 what is earned. What 2 to 4 take off is weighed together: least
is left to pay. Each discount is spread over the lines by largest remainder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from common.money import format_money
from common.quantity import PIECE
from common.shares import spread
from members.errors import SpendingFrozen
from points.earning import Bought, EarnResult, Sort, Tender, earn
from points.spending import check_spend
from stored_value.rules import split

from .bill import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_LINES,
    MOST_PIECES,
    Bill,
    Discount,
    FixedPrice,
    Guest,
    Line,
    Payment,
    Programme,
    Quote,
    Wishes,
)
from .coupon_choice import price
from .errors import BillRefused
from .left_to_pay import WHOLE, charge_of, most_points, rounding_of
from .models import DiscountKind, LineKind, PaymentKind
from .models.sales import LARGEST_BILL
from .on_bill import OnBill

FROZEN: Final = "account_frozen"  # why value that is there pays nothing
SPENDING_FROZEN: Final = "spending_frozen"
SORTS: Final[dict[str, Sort]] = {
    LineKind.ITEM: Sort.GOODS,
    LineKind.TAX: Sort.TAX,
    LineKind.SERVICE_CHARGE: Sort.SERVICE_CHARGE,
    LineKind.TIP: Sort.TIP,
}


def check_bill(bill: Bill) -> None:
    """A bill that could be one. Raises BillRefused."""
    if len(bill.lines) > MOST_LINES:
        raise BillRefused
    if not all(_is_possible(line) for line in bill.lines):
        raise BillRefused
    if bill.gross > LARGEST_BILL:
        raise BillRefused("bill_too_large")
    if not 0 <= (bill.service_charge_bp or 0) <= WHOLE:
        raise BillRefused


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
    *,
    bill: Bill,
    guest: Guest,
    programme: Programme,
    wishes: Wishes,
    at: datetime,
    unearning: int = 0,
) -> Quote:
    """What a bill costs this guest now, with what they wish to use, and why.

    `unearning`: what of the due is paid in ways that earn nothing, once it is known.

    Points that were asked for and cannot be spent raise what `points` refuses; all else
    that does not apply is told in `rejected`. Raises BillRefused.
    """
    check_bill(bill)
    if bill.gross == 0 and guest.member_id is None:
        raise BillRefused("nothing_to_pay")  # and nobody who came
    fixed, charge_bp = wishes.fixed, _charge_bp(bill, programme)
    if fixed is None:
        on = price(bill, guest, programme, wishes, charge_bp=charge_bp, at=at)
    else:
        on = _at_fixed_price(bill, fixed)
    points, worth = _points(on, guest, programme, wishes)
    charge = charge_of(sum(on.open_amounts()), charge_bp)
    if fixed is not None:
        charge = fixed.charge
    if bill.gross + charge > LARGEST_BILL:
        raise BillRefused("bill_too_large")
    if fixed is None:
        _rounding(on, programme, worth, charge)
    lines = bill.lines
    if charge:
        lines += (Line(kind=LineKind.SERVICE_CHARGE, name="", amount=charge),)
        on.amounts = [*on.amounts, charge]
    payments = _payments(on, guest, programme, wishes, points, worth)
    net, paid = sum(on.amounts), sum(payment.amount for payment in payments)
    due = net - paid
    paid_by = _paid_by(payments, due, unearning)
    return Quote(
        lines=lines,
        discounts=tuple(_over(discount, len(lines)) for discount in on.discounts),
        net_lines=tuple(on.amounts),
        payments=tuple(payments),
        due=due,
        rejected=tuple(on.rejected),
        earned=(
            _earned(lines, on.amounts, programme, paid_by)
            if guest.member_id and net
            else None
        ),
        paid_by=paid_by,
    )


def _at_fixed_price(bill: Bill, fixed: FixedPrice) -> OnBill:
    """The bill with all that it does not cost taken off what may be discounted."""
    on = OnBill(bill, [line.gross for line in bill.lines])
    open_amounts = on.open_amounts()
    off = min(max(0, bill.gross - fixed.goods), sum(open_amounts))
    name = _("Kept from bill %(reference)s") % {"reference": fixed.reference}
    on.take_off(DiscountKind.KEPT, spread(off, open_amounts), name=name)
    return on


def _charge_bp(bill: Bill, programme: Programme) -> int:
    """The service charge to reckon; none where the till tells it as a line."""
    if any(line.kind == LineKind.SERVICE_CHARGE for line in bill.lines):
        return 0
    if bill.service_charge_bp is not None:
        return bill.service_charge_bp
    return programme.policy.service_charge_at(programme.store_code)


def _over(discount: Discount, lines: int) -> Discount:
    """A discount takes nothing off the line that came after it."""
    missing = lines - len(discount.per_line)
    if not missing:
        return discount
    return replace(discount, per_line=discount.per_line + (0,) * missing)


def _points(
    on: OnBill, guest: Guest, programme: Programme, wishes: Wishes
) -> tuple[int, int]:
    """How many points are spent, and what they pay."""
    is_nobody = guest.member_id is None
    if wishes.points == 0 or (is_nobody and wishes.points is None):
        return 0, 0
    policy, bill = programme.points_policy, sum(on.open_amounts())
    if guest.are_points_frozen:
        _reject_frozen(
            on,
            guest,
            PaymentKind.POINTS,
            _("These points are frozen. A manager can release them."),
        )
        return 0, 0
    if wishes.points is None:
        return most_points(bill, guest, programme)
    worth = check_spend(wishes.points, bill=bill, policy=policy)
    if is_nobody or wishes.points > guest.points:
        on.reject(
            PaymentKind.POINTS, "insufficient_points", _("There are not enough points.")
        )
        return 0, 0
    return wishes.points, worth


def _reject_frozen(on: OnBill, guest: Guest, kind: PaymentKind, words: str) -> None:
    """What is frozen pays nothing; who froze it decides who lifts it."""
    if guest.is_spending_frozen:
        on.reject(kind, SPENDING_FROZEN, str(SpendingFrozen().message))
    else:
        on.reject(kind, FROZEN, words)


def _rounding(on: OnBill, programme: Programme, worth: int, charge: int) -> None:
    """Drop what is below the shop's unit, of what is left to pay with money: off what
    may be discounted, and nothing else.
    """
    left = sum(on.amounts) + charge - worth
    open_amounts = on.open_amounts()
    off = rounding_of(left, sum(open_amounts) - worth, programme)
    on.take_off(DiscountKind.ROUNDING, spread(off, open_amounts))


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
        _reject_frozen(
            on,
            guest,
            PaymentKind.STORED_VALUE,
            _("This stored value is frozen. A manager can release it."),
        )
        return None
    if wishes.stored_value is not None and wanted > guest.wallet:
        short = format_money(wanted - guest.wallet)
        on.reject(
            PaymentKind.STORED_VALUE,
            "insufficient_funds",
            _("There is not enough in this wallet.")
            if guest.is_wallet_anothers
            else _("The stored value is %(amount)s short.") % {"amount": short},
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


def _paid_by(
    payments: Iterable[Payment], due: int, unearning: int
) -> dict[Tender, int]:
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
    for tender, amount in (
        (Tender.MONEY, due - unearning),
        (Tender.OTHER, unearning),
    ):
        if amount:
            paid[tender] = amount
    return paid


def _earned(
    lines: Sequence[Line],
    amounts: Sequence[int],
    programme: Programme,
    paid_by: dict[Tender, int],
) -> EarnResult | None:
    if programme.facts is None:
        return None
    bought = [
        Bought(
            amount=amount,
            category=line.category,
            sort=SORTS[line.kind],
            excluded=line.excluded,
        )
        for line, amount in zip(lines, amounts, strict=True)
    ]
    return earn(
        lines=bought,
        paid=paid_by,
        rules=programme.rules,
        facts=programme.facts,
        policy=programme.points_policy,
    )
