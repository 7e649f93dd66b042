"""Giving a top-up back: the principal that is left, never the bonus."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.lineage import Heir
from ledger.services import Act, Line
from members import services as members_services
from outbox import services as outbox_services
from outbox.kinds import EventKind
from policies.profiles import PROFILES
from stored_value.errors import NoSuchHolder, NothingLeft
from stored_value.holders import REFUND_FEE, lock_wallets, open_store_account
from stored_value.models import TopUp, TopUpRefund
from stored_value.requests import done_before, fingerprint_of
from stored_value.rules import RefundFormula
from stored_value.selectors.refunds import (
    RefundPreview,
    current_holder,
    is_whole,
    refund_preview,
)
from stored_value.terms import WalletTerms
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval

from .coupons import return_step
from .doing import refuse_own, require_payout
from .gifts import take_back_step

REFUND = "stored_value.refund_top_up"


@transaction.atomic
def refund_top_up(
    *,
    top_up_id: int,
    tender: str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> TopUpRefund:
    """Pay out the principal left of a top-up; its bonus, points and coupons end.

    By the rules it was made under; points that were spent are charged where the points'
    policy says so. A coupon that was laid on it comes back with the whole of it, unused
    and while it holds. The row that comes back keeps the formula. What a
    refunded sale puts back into its lots later can be refunded once more. Raises
    NothingLeft, CashOutTooLarge, and what limits and the books refuse.
    """
    reason = one_line(reason, 200)
    if not reason or "\x00" in reason:
        raise ReasonMissing
    top_up = (
        TopUp.objects.select_related("policy", "plan_version", "member")
        .filter(pk=top_up_id)
        .first()
    )
    if top_up is None:
        raise NoSuchHolder
    holder = current_holder(top_up)
    request = fingerprint_of("refund_top_up", top_up_id, tender)
    lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return TopUpRefund.objects.get(entry_id=done)
    refuse_own(by, [holder])
    members_services.refuse_frozen_step(holder.member_id)
    preview = refund_preview(top_up=top_up, at=at)
    if not preview.formula.principal_left:
        raise NothingLeft
    # Before those that it brought, which are younger: coupons are locked in key order.
    coupon_returned = return_step(
        top_up=top_up, is_whole=is_whole(top_up, preview.formula), by=by, at=at
    )
    # First, for what cannot be taken back may be charged to what is paid out.
    taken = take_back_step(
        top_up=top_up,
        principal=preview.formula.principal_left,
        charge_at_most=preview.formula.payable,
        by=by,
        at=at,
        key=key,
    )
    formula = preview.formula.charging(taken.charged)
    require_payout(
        WalletTerms(top_up.policy, PROFILES[top_up.profile]), tender, formula.paid_out
    )
    by = stores_services.use_limit(
        by=by,
        act=REFUND,
        amount=formula.paid_out,
        at=at,
        approval=approval,
        subject=f"top_up:{top_up.pk}",
        members=[holder.member_id],
    )
    posted = ledger_services.post_entry(
        kind=EntryKind.PAYOUT,
        key=key,
        at=at,
        act=by,
        lines=_lines(replace(preview, formula=formula), tender, top_up, by, at),
        memo=reason,
        fingerprint=request,
    )
    row = TopUpRefund(
        top_up=top_up,
        entry_id=posted.entry_id,
        at=at,
        store_id=by.store_id,
        staff_id=by.staff_id,
        tender=tender,
        principal_left=formula.principal_left,
        bonus_voided=formula.bonus_left,
        bonus_spent_charged=formula.bonus_spent_charged,
        points_charged=formula.points_charged,
        fee=formula.fee,
        paid_out=formula.paid_out,
        points_taken=taken.points,
        growth_taken=taken.growth,
        coupons_revoked=taken.coupons,
        coupon_returned=coupon_returned,
        is_cooling_off=formula.is_cooling_off,
        reason=reason,
    )
    row.save(force_insert=True)
    stores_services.record_act(
        name=REFUND,
        by=by,
        at=at,
        subject=top_up,
        facts={
            "entry": str(posted.entry_id),
            "paid_out": formula.paid_out,
            "points_charged": formula.points_charged,
            "bonus_voided": formula.bonus_left,
            "reason": reason,
        },
    )
    outbox_services.record(
        kind=EventKind.TOP_UP_REFUNDED,
        subject=str(top_up.entry_id),
        store_id=by.store_id,
        payload={
            "member": _member_of(top_up),
            "refund": str(posted.entry_id),
            "principal": formula.principal_left,
            "bonus": formula.bonus_left,
            "paid_out": formula.paid_out,
        },
        at=at,
    )
    return row


def _member_of(top_up: TopUp) -> str | None:
    """What whoever topped up is called outside; nothing for a bearer card."""
    return str(top_up.member.public_id) if top_up.member is not None else None


@dataclass(slots=True)
class _Uses:
    """Where the principal that is left goes, in this order."""

    due: list[tuple[int, int]]

    def take(self, heir: Heir, usable: int) -> list[Line]:
        """The lines that use one lot up, as far as anything is still due."""
        lines = []
        while usable and self.due:
            credit_id, amount = self.due[0]
            now = min(usable, amount)
            lines.append(
                Line(
                    debit_id=heir.account_id,
                    credit_id=credit_id,
                    amount=now,
                    lot_id=heir.lot_id,
                )
            )
            usable -= now
            self.due[0] = (credit_id, amount - now)
            if amount == now:
                self.due.pop(0)
        return lines


def _lines(
    preview: RefundPreview, tender: str, top_up: TopUp, by: Act, at: datetime
) -> list[Line]:
    """Lot by lot: paid out, the fee, what was charged; then the bonus ends.

    What is charged and what is voided lower what the promotion had cost the store that
    gave it.
    """
    promotion_id = open_store_account(AccountKind.PROMOTION, top_up.store_id)
    uses = _Uses(_destinations(preview.formula, tender, by, promotion_id))
    lines = [
        line for heir in preview.principal for line in uses.take(heir, heir.usable(at))
    ]
    lines += [
        Line(
            debit_id=heir.account_id,
            credit_id=promotion_id,
            amount=heir.usable(at),
            lot_id=heir.lot_id,
        )
        for heir in preview.bonus
    ]
    return lines


def _destinations(
    formula: RefundFormula, tender: str, by: Act, promotion_id: int
) -> list[tuple[int, int]]:
    wanted = [
        (AccountKind.TENDER, tender, formula.paid_out),
        (AccountKind.SALES, REFUND_FEE, formula.fee),
    ]
    due = [
        (open_store_account(kind, by.store_id, slot), amount)
        for kind, slot, amount in wanted
        if amount
    ]
    charged = formula.bonus_spent_charged + formula.points_charged
    if charged:
        due.append((promotion_id, charged))
    return due
