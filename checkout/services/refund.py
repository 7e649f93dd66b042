"""Giving a sale back: in parts, by amount or by line, or voiding it altogether.

One transaction, one lock first (the sale's), then every account at once. What is given
back is decided by what the sale says it took and what was given back before, so that
any number of refunds, in any cuts, ends where one would.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from checkout.errors import (
    NotVoidable,
    OverRefund,
    RefundRefused,
)
from checkout.models import (
    PaymentKind,
    Refund,
    RefundOrder,
    Sale,
    SaleLine,
    SalePayment,
)
from checkout.sharing import last_first, next_units
from ledger import lineage as ledger_lineage
from ledger.services import Act
from members import selectors as members_selectors
from members.models import Member
from points.models import Accrual
from recognition import services as recognition_services
from stores import selectors as stores_selectors
from stores.models import Approval

from . import payback, undo
from .asking import REFUND, VOID, Asked, allowed, first_answer, its_sale, said, seal_of
from .doing import Doing, Part, Undone, parts_of
from .line_shares import PerLine, returned_of, shares_of
from .locks import lock_all
from .service_charge import with_service_charge
from .written import row_of, tell, write


@transaction.atomic
def refund_sale(
    *,
    sale_id: UUID | str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    amount: int | None = None,
    per_line: PerLine | None = None,
    to: str = Refund.To.ORIGINAL,
    approval: Approval | None = None,
) -> Refund:
    """Give back an amount (minor units), so much of each line (by its place: an amount,
    some of its quantity, or the rest of it), or all that is left; once for each key.
    `to` cash: what other tenders would get goes out in cash, what was paid with own
    value returns to where it came from.

    Raises SaleUnknown, OverRefund, RefundRefused, NotVoidable for a void sale,
    GiftCardGone, ReasonMissing, NotAllowed, ApprovalNeeded, BeneficiaryRefused,
    IdempotencyConflict.
    """
    if to not in Refund.To.values:
        raise RefundRefused
    named = None if per_line is None else sorted(per_line.items())
    asked = Asked(
        is_void=False,
        reason=said(reason),
        to=to,
        by=by,
        at=at,
        key=key,
        seal=seal_of("refund", sale_id, amount, named, to, reason),
    )
    sale, asked = its_sale(sale_id, asked, REFUND)
    if done := first_answer(asked):
        return done
    if sale.status == Sale.Status.VOID:
        raise NotVoidable("already_void")
    lines = list(SaleLine.objects.filter(sale=sale).order_by("place"))
    shares = refund_shares(sale, lines, amount, per_line)
    asked = allowed(sale, asked, REFUND, sum(shares), approval)
    returned = returned_of(lines, shares, per_line)
    return give_back(sale, lines, shares, returned, asked).refund


@transaction.atomic
def void_sale(
    *,
    sale_id: UUID | str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> Refund:
    """Undo a sale of the same shift and business day, as if it had not been: money,
    value, points, coupons, stamps and the visit. Once for each key.

    Raises SaleUnknown, NotVoidable, GiftCardGone, ReasonMissing, NotAllowed,
    ApprovalNeeded, BeneficiaryRefused, IdempotencyConflict.
    """
    asked = Asked(
        is_void=True,
        reason=said(reason),
        to=Refund.To.ORIGINAL,
        by=by,
        at=at,
        key=key,
        seal=seal_of("void", sale_id, reason),
    )
    sale, asked = its_sale(sale_id, asked, VOID)
    if done := first_answer(asked):
        return done
    require_voidable(sale, asked.by)
    lines = list(SaleLine.objects.filter(sale=sale).order_by("place"))
    asked = allowed(sale, asked, VOID, sale.net, approval)
    shares = [line.net for line in lines]
    returned = returned_of(lines, shares, None)
    return give_back(sale, lines, shares, returned, asked).refund


def refund_shares(
    sale: Sale,
    lines: Sequence[SaleLine],
    amount: int | None,
    per_line: PerLine | None,
) -> list[int]:
    """What of each line is refunded; the lines add up to the amount."""
    if sale.left == 0 and (sale.net or sale.status != Sale.Status.CAPTURED):
        raise OverRefund(left=0)
    if per_line is not None:
        return _as_named(lines, amount, per_line)
    if amount is None:
        amount = sale.left
    elif amount < 0 or (amount == 0 and sale.net):
        raise RefundRefused
    if amount > sale.left:
        raise OverRefund(left=sale.left)
    return next_units(
        amount, [line.net for line in lines], [line.refunded for line in lines]
    )


def _as_named(
    lines: Sequence[SaleLine], amount: int | None, per_line: PerLine
) -> list[int]:
    shares = shares_of(lines, per_line)
    if amount not in (None, sum(shares)):
        raise RefundRefused
    return with_service_charge(lines, shares)


def require_voidable(sale: Sale, by: Act) -> None:
    """Untouched, and of this shift and day. Raises NotVoidable."""
    if sale.status == Sale.Status.VOID:
        raise NotVoidable("already_void")
    if sale.status != Sale.Status.CAPTURED or sale.refunds.exists():
        raise NotVoidable("already_refunded")
    is_same_day = by.business_date == sale.business_date
    if not is_same_day or sale.shift_id not in (None, by.shift_id):
        raise NotVoidable


def give_back(
    sale: Sale,
    lines: Sequence[SaleLine],
    shares: Sequence[int],
    returned: Sequence[int],
    asked: Asked,
    *,
    reused: Collection[int] = (),
) -> Doing:
    """A step: give back so much of each line, and write it down. The coupons `reused`
    come back whatever they say, for the bill that follows at once.
    """
    payments = list(SalePayment.objects.filter(sale=sale).order_by("place"))
    postings = (
        []
        if sale.entry_id is None
        else ledger_lineage.postings_of(entry_id=sale.entry_id)
    )
    cards = lock_all(sale, payments, postings)
    ended = ledger_lineage.ended_accounts({posting.debit_id for posting in postings})
    parts = _parts(sale, parts_of(payments, postings), sum(shares))
    if not asked.is_void and asked.to == Refund.To.ORIGINAL:
        _require_refundable(parts)
    refund = row_of(sale, shares, asked)
    refund.is_member_gone = _is_gone(sale)
    doing = Doing(
        sale=sale,
        refund=refund,
        parts=tuple(parts),
        per_line=tuple(shares),
        returned=tuple(returned),
        is_whole=sale.refunded + sum(shares) == sale.net,
        ended=ended,
        by=asked.by,
        at=asked.at,
        reused=frozenset(reused),
    )
    undone = _undo(doing)
    payback.give_back_gift_cards(doing, cards)
    undo.take_back_gifts(doing)
    coupons = undo.give_back_coupons(doing)
    if asked.is_void:
        recognition_services.void_visit(
            source="checkout", reference=str(sale.pk), at=asked.at
        )
    write(doing, undone, lines)
    tell(doing, coupons)
    return doing


def _require_refundable(parts: Sequence[Part]) -> None:
    """Refuse where money would go back to what takes none. Raises
    TenderNotRefundable.
    """
    for code in sorted({part.payment.tender for part in parts if part.amount}):
        if code:
            stores_selectors.require_refundable(code)


def _is_gone(sale: Sale) -> bool:
    """Whether whoever bought it was erased; asked under the locks, so that it stays."""
    if sale.member_id is None:
        return False
    member_id = members_selectors.resolve(sale.member_id)
    erased = Member.objects.filter(pk=member_id, status=Member.Status.ERASED)
    return erased.exists()


def _parts(sale: Sale, parts: list[Part], amount: int) -> list[Part]:
    """Which payments get it back, by the policy that the sale was made under."""
    wholes = [part.payment.amount for part in parts]
    given = [part.payment.returned for part in parts]
    in_ratio = sale.policy.refund_order == RefundOrder.RATIO
    share = next_units if in_ratio else last_first
    for part, back in zip(parts, share(amount, wholes, given), strict=True):
        part.amount = back
    return parts


def _undo(doing: Doing) -> Undone:
    """Points first, so that what is taken back for what was earned finds them; then
    money, which pays what is charged for points that are gone.
    """
    undone = Undone(points_back=undo.give_back_points(doing))
    payback.split_stored_value(doing)
    taken = undo.take_back_earned(doing)
    if taken is not None:
        # Of somebody who is gone nothing is taken: it went with them.
        undone.points_taken = 0 if doing.refund.is_member_gone else taken.points
        undone.charged = _charged(doing)
    undone.paid_out = payback.give_back_value(doing, charged=undone.charged)
    return undone


def _charged(doing: Doing) -> int:
    """What the points policy charges in money, all refunds so far, as far as the money
    that is handed back reaches; nobody has to bring money to be refunded.
    """
    due = Accrual.objects.get(pk=doing.sale.accrual_id or 0).charged
    before = Refund.objects.filter(sale=doing.sale).aggregate(
        charged=Sum("charged", default=0)
    )
    money = sum(part.amount for part in doing.of(PaymentKind.TENDER))
    return min(due - int(before["charged"]), money)
