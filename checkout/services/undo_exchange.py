"""An exchange undone as one act: the new bill is void, and what was brought back is
sold again, for what it went back for and paid in the way in which it came back.

What was refunded stays refunded: the goods stand on a bill of their own, at a fixed
price. Where the guest would not have what they had, nothing is done.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from checkout.asked import Asked as Options
from checkout.asked import ExchangeOptions
from checkout.bill import Bill, FixedPrice, Line, Quote, TenderGiven
from checkout.errors import ExchangeStays, SaleUnknown
from checkout.models import Exchange, PaymentKind, Refund, RefundPart, Sale, SaleLine
from common.errors import DomainError
from coupons.kinds import CouponAct
from coupons.models import CouponUse
from ledger.services import Act
from stores.models import Approval

from .asking import VOID, Asked, allowed, first_answer, its_sale, said, seal_of
from .capture import capture
from .exchange import member_of, record_exchange, store_of
from .kept_lines import is_reckoned_charge
from .quote import quote
from .refund import give_back, require_voidable


@transaction.atomic
def undo_exchange(
    *,
    sale_id: UUID | str,
    reference: str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> Exchange:
    """Undo an exchange of the same shift and business day, the return and the new bill
    (`sale_id`) or neither, once for each key.

    What comes back is an exchange too: the new bill was voided, and the goods that
    were brought back are on a new bill under `reference`. Its `to_pay` the guest hands
    back, its `paid_out` the guest gets.

    Raises SaleUnknown, NotVoidable, ExchangeStays, DuplicateReference, ReasonMissing,
    NotAllowed, ApprovalNeeded, BeneficiaryRefused, IdempotencyConflict.
    """
    asked = Asked(
        is_void=True,
        reason=said(reason),
        to=Refund.To.ORIGINAL,
        by=by,
        at=at,
        key=key,
        seal=seal_of("undo_exchange", sale_id, reference, reason),
    )
    sale, asked = its_sale(sale_id, asked, VOID)
    if done := first_answer(asked):
        return Exchange.objects.select_related("refund", "sale").get(refund=done)
    before = _exchange_of(sale)
    require_voidable(sale, asked.by)
    lines = list(SaleLine.objects.filter(sale=sale).order_by("place"))
    asked = allowed(sale, asked, VOID, sale.net, approval)
    undone = give_back(
        sale,
        lines,
        [line.net for line in lines],
        [line.thousandths for line in lines],
        asked,
    )
    restored = _sell_again(before, reference, asked)
    exchange: Exchange = Exchange.objects.create(
        refund=undone.refund,
        sale=restored,
        offset=min(undone.refund.paid_out, restored.due),
        at=at,
    )
    record_exchange(exchange, asked.by, act="checkout.exchange_undone")
    return exchange


def _exchange_of(sale: Sale) -> Exchange:
    """The exchange that a bill came of. Raises SaleUnknown, ExchangeStays."""
    rows = Exchange.objects.filter(sale=sale).select_related("refund__sale")
    exchange = rows.first()
    if exchange is None:
        raise SaleUnknown
    refund = exchange.refund
    is_elsewhere = refund.store_id != refund.sale.store_id
    if refund.is_void or is_elsewhere or refund.charged:
        raise ExchangeStays
    return exchange


def _sell_again(before: Exchange, reference: str, asked: Asked) -> Sale:
    """The goods that were brought back, for what they went back for."""
    refund, parts = before.refund, _parts(before.refund)
    bill, options = _bill_and_options(refund, parts)
    whose = member_of(refund.sale)
    store = store_of(asked.by)
    try:
        told = quote(
            store=store, bill=bill, whose=whose, asked=options, by=asked.by, at=asked.at
        )
    except DomainError as refusal:
        raise ExchangeStays from refusal
    tenders = _tenders(parts)
    _require_the_same(told.quote, refund, parts, tenders)
    captured = capture(
        store=store,
        bill=bill,
        whose=whose,
        asked=options,
        tenders=tenders,
        reference=reference,
        by=asked.by,
        at=asked.at,
        key=asked.key,
        request_print=asked.seal,
        expected_due=told.quote.due,
        given_back=frozenset(one.kind for one in tenders),
    )
    return Sale.objects.get(pk=captured.sale_id)


def _parts(refund: Refund) -> list[RefundPart]:
    rows = RefundPart.objects.filter(refund=refund, amount__gt=0)
    return list(rows.select_related("payment").order_by("payment__place"))


def _bill_and_options(
    refund: Refund, parts: Sequence[RefundPart]
) -> tuple[Bill, Options]:
    """At what it went back for; where its coupons came back, at its price with them."""
    lines = list(SaleLine.objects.filter(sale=refund.sale_id).order_by("place"))
    shares = list(zip(lines, refund.per_line, strict=True))
    goods = [(line, share) for line, share in shares if not is_reckoned_charge(line)]
    coupons = _coupons_back(refund)
    fixed = None
    if not coupons:
        worth = sum(share for _line, share in goods)
        fixed = FixedPrice(
            goods=worth, charge=refund.amount - worth, reference=refund.sale.reference
        )
    bill = Bill(
        lines=tuple(
            _line(line, line.gross if coupons else share)
            for line, share in goods
            if share or coupons
        )
    )
    return bill, Options(
        coupons=coupons,
        points=None,
        stored_value=_sum(parts, PaymentKind.STORED_VALUE),
        exchange=ExchangeOptions(
            kept=None,
            most_points=sum(part.points for part in parts),
            gift_cards=tuple(
                (part.payment.gift_card_id or 0, part.amount)
                for part in _of(parts, PaymentKind.GIFT_CARD)
            ),
            is_returned_value=True,
            fixed=fixed,
        ),
    )


def _line(line: SaleLine, amount: int) -> Line:
    return Line(
        kind=line.kind,
        name=line.name,
        sku=line.sku,
        category=line.category,
        thousandths=line.thousandths,
        amount=amount,
        excluded=line.excluded,
    )


def _coupons_back(refund: Refund) -> tuple[int, ...]:
    """The coupons that the return gave back, once for each use."""
    uses = CouponUse.objects.filter(
        reference=f"sale:{refund.sale_id}",
        act=CouponAct.REDEEMED,
        undone_by__key__startswith=f"refund:{refund.pk}:",
    )
    return tuple(uses.order_by("pk").values_list("coupon_id", flat=True))


def _require_the_same(
    told: Quote,
    refund: Refund,
    parts: Sequence[RefundPart],
    tenders: Sequence[TenderGiven],
) -> None:
    """The goods cost what they went back for, and the same things pay them. Raises
    ExchangeStays.
    """
    paid: dict[Any, int] = {}
    for one in told.payments:
        what: Any = (one.kind, one.card.card_id if one.card else None)
        paid[what] = paid.get(what, 0) + one.amount
    wanted: dict[Any, int] = {}
    for part in parts:
        if part.payment.kind != PaymentKind.TENDER:
            what = (part.payment.kind, part.payment.gift_card_id)
            wanted[what] = wanted.get(what, 0) + part.amount
    is_of_others = any(
        part.payment.holder_id not in (None, refund.sale.member_id)
        or (part.tender and part.payment.kind == PaymentKind.STORED_VALUE)
        for part in parts
    )
    money = sum(one.amount for one in tenders)
    if (paid, told.due, told.net) != (wanted, money, refund.amount) or is_of_others:
        raise ExchangeStays


def _tenders(parts: Sequence[RefundPart]) -> list[TenderGiven]:
    """The money that was handed out or set off, in the way in which it was."""
    found: dict[tuple[str, str], int] = {}
    for part in _of(parts, PaymentKind.TENDER):
        number = part.payment.reference if part.tender == part.payment.tender else ""
        found[part.tender, number] = found.get((part.tender, number), 0) + part.amount
    return [
        TenderGiven(kind=kind, reference=number, amount=amount)
        for (kind, number), amount in found.items()
    ]


def _of(parts: Sequence[RefundPart], kind: str) -> list[RefundPart]:
    return [part for part in parts if part.payment.kind == kind]


def _sum(parts: Sequence[RefundPart], kind: str) -> int:
    return sum(part.amount for part in _of(parts, kind))
