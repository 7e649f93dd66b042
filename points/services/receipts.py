"""Bills without a card: a code on the slip, claimed in time by one member, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from common.shares import spread
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from points import codes
from points.earning import Bought, Sort, Tender
from points.errors import CodeRefused, NothingThere, RefundTooLarge
from points.models import Accrual, AccrualRefund, PointsPolicy, ReceiptCode
from policies import selectors as policies_selectors
from stores import services as stores_services

from . import permit
from .accrue import ACCRUE, accrue_step, check_bill
from .refund import refund_accrual_step
from .tries import with_code

ISSUE, VOID = "points.issue_receipt_code", "points.void_receipt_code"
PURPOSE = "receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt and its code, to be printed on the slip; the code is kept nowhere."""

    row: ReceiptCode
    code: str


@transaction.atomic
def issue_receipt_code(
    *,
    lines: Sequence[Bought],
    paid: Mapping[Tender, int],
    reference: str = "",
    by: Act,
    at: datetime,
    key: str,
) -> Receipt:
    """Give a bill without a member a code to claim its points with, once for each key.

    Sent again it is the same code: a slip may be reprinted. Raises BillRefused,
    NotAllowed, IdempotencyConflict.
    """
    permit.may(by, ISSUE)
    amount = check_bill(lines, paid)
    bill = _as_json(lines, paid)
    asked = permit.fingerprint("receipt", bill, reference)
    code = codes.code_of(PURPOSE, key)
    if done := permit.first_answer(ReceiptCode, key, asked):
        return Receipt(done, codes.grouped(code))
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    try:
        row = permit.write_once(
            lambda: ReceiptCode.objects.create(
                code_hash=codes.digest(PURPOSE, code),
                key=key,
                fingerprint=asked,
                reference=reference[:120],
                store_id=by.store_id,
                sold_at=at,
                business_date=by.business_date,
                expires_at=at + timedelta(days=policy.receipt_days),
                bill=bill,
                amount=amount,
            )
        )
    except IdempotencyConflict:
        # Two tills sent the same slip at once: one has just written it.
        first = permit.first_answer(ReceiptCode, key, asked)
        if first is None:
            raise
        return Receipt(first, codes.grouped(code))
    stores_services.record_act(
        name="points.receipt_issued", by=by, at=at, subject=row, facts={"bill": amount}
    )
    return Receipt(row, codes.grouped(code))


def claim_receipt(*, code: str, member_id: int, by: Act, at: datetime) -> Accrual:
    """Credit a member with the bill whose code they type; once, and in time.

    The rules are those of the sale's moment. A wrong code, one that is used, voided or
    too late: the same sentence, and counted. A colleague who knows a code cannot turn
    a guest's bill into points of their own: that is the policy's to allow. Raises
    CodeRefused, CodesLocked, MemberNotActive, BeneficiaryRefused.
    """
    permit.active_member(member_id)

    def attempt() -> Accrual | None:
        kept = codes.digest(PURPOSE, codes.normalised(code) or "")
        receipt = ReceiptCode.objects.filter(code_hash=kept).first()
        if receipt is None or not codes.is_same(receipt.code_hash, kept):
            return None
        free = ReceiptCode.objects.filter(
            pk=receipt.pk, member=None, voided_at=None, expires_at__gt=at
        )
        if not free.update(member_id=member_id, claimed_at=at):
            return None
        receipt.refresh_from_db()  # under its row's lock now, refunds included
        act = permit.check_beneficiary(by, ACCRUE, member_id=member_id, at=at)
        lines, paid = _from_json(receipt.bill)
        accrual = accrue_step(
            member_id=member_id,
            lines=lines,
            paid=paid,
            by=replace(act, store_id=receipt.store_id),
            at=at,
            key=f"points:receipt:{receipt.pk}",
            reference=receipt.reference,
            source=Accrual.Source.RECEIPT,
            sold_at=receipt.sold_at,
            sold_on=receipt.business_date,
        )
        ReceiptCode.objects.filter(pk=receipt.pk).update(accrual=accrual)
        stores_services.record_act(
            name="points.receipt_claimed", by=by, at=at, subject=receipt
        )
        return accrual

    return with_code(attempt, by=by, at=at)


@transaction.atomic
def refund_receipt(
    *, receipt_id: int, amounts: Sequence[int], by: Act, at: datetime, key: str
) -> ReceiptCode:
    """Take a refund (by line) off a bill that has a code: what is left can be claimed.

    A bill that was claimed has its points taken back as any other; one with nothing
    left is void. Raises RefundTooLarge, NothingThere, NotAllowed, BeneficiaryRefused.
    """
    permit.may(by, VOID)
    # The update waits for a claim of the same moment, and then sees who claimed it.
    if not ReceiptCode.objects.filter(pk=receipt_id).update(reference=F("reference")):
        raise NothingThere
    receipt = ReceiptCode.objects.get(pk=receipt_id)
    if receipt.accrual_id is not None:
        if not AccrualRefund.objects.filter(key=key).exists():
            by = permit.check_beneficiary(by, VOID, member_id=receipt.member_id, at=at)
        refund_accrual_step(
            accrual_id=receipt.accrual_id, amounts=amounts, by=by, at=at, key=key
        )
        return receipt
    done = receipt.bill.setdefault("refunds", {})
    if key in done:
        if done[key] != list(amounts):
            raise IdempotencyConflict
        return receipt
    left = [line["amount"] for line in receipt.bill["lines"]]
    fits = len(amounts) == len(left) and all(
        0 <= back <= rest for back, rest in zip(amounts, left, strict=True)
    )
    if receipt.voided_at is not None or not fits or sum(amounts) <= 0:
        raise RefundTooLarge(left=sum(left))
    for line, back in zip(receipt.bill["lines"], amounts, strict=True):
        line["amount"] -= back
    tenders = receipt.bill["paid"]
    backs = spread(sum(amounts), list(tenders.values()))
    receipt.bill["paid"] = {
        tender: amount - back
        for (tender, amount), back in zip(tenders.items(), backs, strict=True)
    }
    done[key] = list(amounts)
    rest = receipt.amount - sum(amounts)
    ReceiptCode.objects.filter(pk=receipt_id).update(
        bill=receipt.bill,
        amount=rest or receipt.amount,
        voided_at=at if not rest else None,
    )
    stores_services.record_act(
        name="points.receipt_voided",
        by=by,
        at=at,
        subject=receipt,
        facts={"amount": sum(amounts)},
    )
    receipt.refresh_from_db()
    return receipt


@transaction.atomic
def void_receipt_code(*, receipt_id: int, by: Act, at: datetime) -> None:
    """Let a code that nobody claimed serve no more. Raises CodeRefused, NotAllowed."""
    permit.may(by, VOID)
    free = ReceiptCode.objects.filter(pk=receipt_id, member=None, voided_at=None)
    if not free.update(voided_at=at):
        raise CodeRefused
    stores_services.record_act(
        name="points.receipt_voided",
        by=by,
        at=at,
        subject=ReceiptCode(pk=receipt_id),
    )


def _as_json(lines: Sequence[Bought], paid: Mapping[Tender, int]) -> dict[str, Any]:
    return {
        "lines": [
            {
                "amount": line.amount,
                "category": line.category,
                "sort": str(line.sort),
                "excluded": line.excluded,
            }
            for line in lines
        ],
        "paid": {str(tender): amount for tender, amount in sorted(paid.items())},
    }


def _from_json(bill: dict[str, Any]) -> tuple[list[Bought], dict[Tender, int]]:
    lines = [Bought(**{**line, "sort": Sort(line["sort"])}) for line in bill["lines"]]
    return lines, {Tender(tender): amount for tender, amount in bill["paid"].items()}
