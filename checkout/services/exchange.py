"""Goods back and others for them, in one act: a refund, and a sale that it pays.

First everything is tried and taken back: that is the quote. Then it is done, in one
transaction under one key: the lock of the first sale, its refund as any other, the new
bill as any other, paid with what came back in the way in which it came back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from checkout.asked import Asked as Options
from checkout.asked import Whose
from checkout.bill import Bill, Quote, TenderGiven
from checkout.errors import ExchangeChanged, ExchangeOfNothing, NotVoidable
from checkout.models import DiscountKind, Exchange, Refund, Sale, SaleLine
from ledger.services import Act
from members import selectors as members_selectors
from members.models import Member
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stores import services as stores_services
from stores.models import Approval, Store

from . import returned_value
from .asking import REFUND, Asked, allowed, first_answer, its_sale, said, seal_of
from .capture import capture
from .doing import Doing
from .kept_lines import kept_of, used_coupons
from .line_shares import PerLine, returned_of
from .quote import Told, quote
from .refund import give_back, refund_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeBill:
    """What goes back of a sale (an amount, so much of some lines, or all that is left)
    and what is taken for it.

    `stored_value` pays the new bill with as much as came back to the wallet, with so
    much, or (None) with all that the bill takes.
    """

    sale_id: UUID | str
    bill: Bill
    amount: int | None = None
    per_line: PerLine | None = None
    to: str = Refund.To.ORIGINAL
    stored_value: int | None = returned_value.RETURNED


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuote:
    """What an exchange comes to, in minor units; nothing of it was done."""

    refunded: int
    returned_money: tuple[TenderGiven, ...]
    told: Told
    options: Options = field(repr=False)

    @property
    def quote(self) -> Quote:
        """What the new bill costs."""
        return self.told.quote

    @property
    def offset(self) -> int:
        """The money that pays the new bill instead of being handed out."""
        return min(self.quote.due, sum(one.amount for one in self.returned_money))

    @property
    def difference(self) -> int:
        """What is still to be paid; below zero: what is handed out."""
        return self.quote.due - sum(one.amount for one in self.returned_money)

    def document(self) -> dict[str, Any]:
        """As a till is told it."""
        return {
            "refunded": self.refunded,
            "returned_money": [
                {"kind": one.kind, "amount": one.amount} for one in self.returned_money
            ],
            "offset": self.offset,
            "difference": self.difference,
            "quote": self.told.document(),
        }


@transaction.atomic
def quote_exchange(*, wanted: ExchangeBill, by: Act, at: datetime) -> ExchangeQuote:
    """What an exchange would come to; changes nothing.

    Raises what `exchange_sale` does, but for limits and what is handed over.
    """
    asked = _asked(wanted, reason="exchange", by=by, at=at, key="", more=())
    sale, asked = _begin(wanted, asked)
    return _plan(sale, wanted, asked)


@transaction.atomic
def exchange_sale(
    *,
    wanted: ExchangeBill,
    tenders: Sequence[TenderGiven],
    reference: str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    expected_difference: int | None = None,
    approval: Approval | None = None,
) -> Exchange:
    """Take goods back and settle the bill of others, all or nothing, once for each key.

    `tenders` cover what the new bill costs beyond the money that came back; of that
    what it does not cost is handed out. The new bill is the same member's.

    Raises what `refund_sale` and `capture` do; ExchangeOfNothing, ExchangeChanged.
    """
    more = ([asdict(tender) for tender in tenders], reference)
    asked = _asked(wanted, reason=said(reason), by=by, at=at, key=key, more=more)
    sale, asked = its_sale(wanted.sale_id, asked, REFUND)
    if done := first_answer(asked):
        return Exchange.objects.select_related("refund", "sale").get(refund=done)
    _check(sale, wanted)
    plan = _plan(sale, wanted, asked)
    if expected_difference not in (None, plan.difference):
        raise ExchangeChanged(difference=plan.difference, document=plan.document())
    shares, lines = _shares(sale, wanted)
    asked = allowed(sale, asked, REFUND, sum(shares), approval)
    doing = _give_back(sale, wanted, asked, lines, shares, _reused(plan))
    offset = returned_value.offset(list(plan.returned_money), plan.quote.due)
    captured = capture(
        store=store_of(asked.by),
        bill=wanted.bill,
        whose=member_of(sale),
        asked=plan.options,
        tenders=returned_value.added_up([*offset, *tenders]),
        reference=reference,
        by=asked.by,
        at=at,
        key=key,
        request_print=asked.seal,
        expected_due=plan.quote.due,
        given_back=frozenset(part.kind for part in offset),
    )
    exchange: Exchange = Exchange.objects.create(
        refund=doing.refund,
        sale=Sale.objects.get(pk=captured.sale_id),
        offset=plan.offset,
        at=at,
    )
    record_exchange(exchange, asked.by)
    return exchange


def _asked(
    wanted: ExchangeBill,
    *,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    more: Sequence[object],
) -> Asked:
    named = None if wanted.per_line is None else sorted(wanted.per_line.items())
    seal = seal_of(
        "exchange",
        wanted.sale_id,
        asdict(wanted.bill),
        wanted.amount,
        named,
        wanted.to,
        wanted.stored_value,
        reason,
        *more,
    )
    return Asked(
        is_void=False, reason=reason, to=wanted.to, by=by, at=at, key=key, seal=seal
    )


def _begin(wanted: ExchangeBill, asked: Asked) -> tuple[Sale, Asked]:
    sale, asked = its_sale(wanted.sale_id, asked, REFUND)
    _check(sale, wanted)
    return sale, asked


def _check(sale: Sale, wanted: ExchangeBill) -> None:
    if sale.status == Sale.Status.VOID:
        raise NotVoidable("already_void")
    if not wanted.bill.gross or wanted.to not in Refund.To.values:
        raise ExchangeOfNothing


def _shares(sale: Sale, wanted: ExchangeBill) -> tuple[list[int], list[SaleLine]]:
    lines = list(SaleLine.objects.filter(sale=sale).order_by("place"))
    return refund_shares(sale, lines, wanted.amount, wanted.per_line), lines


def _give_back(
    sale: Sale,
    wanted: ExchangeBill,
    asked: Asked,
    lines: Sequence[SaleLine],
    shares: Sequence[int],
    reused: Sequence[int],
) -> Doing:
    returned = returned_of(lines, shares, wanted.per_line)
    return give_back(sale, lines, shares, returned, asked, reused=reused)


def _plan(sale: Sale, wanted: ExchangeBill, asked: Asked) -> ExchangeQuote:
    """Give back, ask what the new bill costs then, and take all of it back."""
    shares, lines = _shares(sale, wanted)
    coupons = [coupon.pk for coupon in used_coupons(sale)]
    key = f"quote:{asked.key or asked.seal.hex()}"
    tried = replace(asked, key=key, seal=seal_of(key))
    with transaction.atomic():
        is_whole = sale.refunded + sum(shares) == sale.net
        reused = coupons if is_whole else []
        doing = _give_back(sale, wanted, tried, lines, shares, reused)
        options = returned_value.options_of(
            doing,
            kept=kept_of(doing, lines),
            coupons=tuple(reused),
            stored_value=wanted.stored_value,
        )
        found = _quote(sale, wanted, tried, options)
        money = returned_value.money_of(doing)
        transaction.set_rollback(True)
    return replace(found, refunded=sum(shares), returned_money=tuple(money))


def _quote(
    sale: Sale, wanted: ExchangeBill, asked: Asked, options: Options
) -> ExchangeQuote:
    """With as many of the coupons that came back as the new bill lets be used."""
    while True:
        told = quote(
            store=store_of(asked.by),
            bill=wanted.bill,
            whose=member_of(sale),
            asked=options,
            by=asked.by,
            at=asked.at,
        )
        refused = {
            one.subject
            for one in told.quote.rejected
            if one.kind == DiscountKind.COUPON
        }
        left = tuple(pk for pk in options.coupons or () if pk not in refused)
        if left == options.coupons:
            return ExchangeQuote(
                refunded=0,
                returned_money=(),
                told=told,
                options=options,
            )
        options = replace(options, coupons=left)


def _reused(plan: ExchangeQuote) -> list[int]:
    """The coupons that the new bill does use."""
    return [
        one.subject or 0
        for one in plan.quote.discounts
        if one.kind == DiscountKind.COUPON
    ]


def store_of(by: Act) -> Store:
    """Where it is done."""
    return Store.objects.get(pk=by.store_id or 0)


def member_of(sale: Sale) -> Whose:
    """The same member, or who is left of them; nobody where they are gone."""
    if sale.member_id is None:
        return Whose()
    member_id = members_selectors.resolve(sale.member_id)
    erased = Member.objects.filter(pk=member_id, status=Member.Status.ERASED)
    return Whose() if erased.exists() else Whose(member_id=member_id)


def record_exchange(
    exchange: Exchange, by: Act, *, act: str = "checkout.sale_exchanged"
) -> None:
    """A step: the event for the outside, and the act in the log."""
    refund, sale = exchange.refund, exchange.sale
    facts = {
        "refund": str(refund.pk),
        "refunded": refund.amount,
        "new_sale": str(sale.pk),
        "net": sale.net,
        "offset": exchange.offset,
        "paid_out": exchange.paid_out,
        "to_pay": exchange.to_pay,
    }
    outbox_services.record(
        kind=EventKind.SALE_EXCHANGED,
        subject=str(refund.sale_id),
        store_id=refund.store_id,
        payload={"sale": str(refund.sale_id), **facts},
        at=exchange.at,
    )
    stores_services.record_act(
        name=act,
        by=by,
        at=exchange.at,
        subject=refund.sale,
        facts=facts,
    )
