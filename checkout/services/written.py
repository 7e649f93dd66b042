"""Writing down what a refund came to, and telling of it."""

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from checkout.models import Refund, RefundPart, Sale, SaleLine, SalePayment
from common.sums import more
from ledger.errors import IdempotencyConflict
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stores import services as stores_services

from .asking import Asked
from .doing import Doing, Undone


def row_of(sale: Sale, shares: Sequence[int], asked: Asked) -> Refund:
    """The refund, not yet written: what it came to is known when all is undone."""
    return Refund(
        pk=uuid.uuid4(),
        sale=sale,
        is_void=asked.is_void,
        key=asked.key,
        fingerprint=asked.seal,
        amount=sum(shares),
        per_line=list(shares),
        reason=asked.reason,
        to=asked.to,
        at=asked.at,
        business_date=asked.by.business_date,
        store_id=asked.by.store_id or sale.store_id,
        shift_id=asked.by.shift_id,
        staff_id=asked.by.staff_id,
        approver_id=asked.by.approver_id,
        actor=asked.by.actor,
    )


def write(doing: Doing, undone: Undone, lines: Sequence[SaleLine]) -> None:
    """Keep the refund, and count it on the sale, its lines and its payments."""
    sale, refund = doing.sale, doing.refund
    refund.points_back = undone.points_back
    refund.points_taken = undone.points_taken
    refund.charged = undone.charged
    refund.paid_out = undone.paid_out
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as taken:
        if "checkout_refund_key" in str(taken):  # two sales under one key
            raise IdempotencyConflict from taken
        raise
    given = [part for part in doing.parts if part.amount]
    RefundPart.objects.bulk_create(
        RefundPart(
            refund=refund,
            payment=part.payment,
            amount=part.amount,
            points=part.points,
            principal=part.principal,
            bonus=part.bonus,
            tender=part.tender,
        )
        for part in given
    )
    for part in given:
        SalePayment.objects.filter(pk=part.payment.pk).update(
            returned=more("returned", part.amount)
        )
    for line, share, back in zip(lines, doing.per_line, doing.returned, strict=True):
        if share:
            SaleLine.objects.filter(pk=line.pk).update(
                refunded=more("refunded", share), returned=back
            )
    ended = {}
    if doing.is_whole:
        status = Sale.Status.VOID if refund.is_void else Sale.Status.REFUNDED
        ended = {"status": status, "is_followed_up": True}
    Sale.objects.filter(pk=sale.pk).update(
        refunded=more("refunded", refund.amount), **ended
    )


def tell(doing: Doing, coupons: list[int]) -> None:
    """The event for the outside, and the act in the log."""
    sale, refund = doing.sale, doing.refund
    outbox_services.record(
        kind=EventKind.SALE_VOIDED if refund.is_void else EventKind.SALE_REFUNDED,
        subject=str(sale.pk),
        store_id=sale.store_id,
        payload={
            "sale": str(sale.pk),
            "refund": str(refund.pk),
            "amount": refund.amount,
            "paid_out": refund.paid_out,
            "points_back": refund.points_back,
            "points_taken": refund.points_taken,
            "is_whole": doing.is_whole,
        },
        at=doing.at,
    )
    stores_services.record_act(
        name="checkout.sale_voided" if refund.is_void else "checkout.sale_refunded",
        by=doing.by,
        at=doing.at,
        subject=sale,
        facts={
            "refund": str(refund.pk),
            "amount": refund.amount,
            "paid_out": refund.paid_out,
            "to": refund.to,
            "reason": refund.reason,
            "coupons": coupons,
        },
    )
