"""Coupons sold for money, and what is given back for them."""

from datetime import datetime

from django.db import transaction

from common.text import one_line
from coupons.errors import CouponNotUsable, NotForSale, NothingToRefund
from coupons.kinds import CouponAct, CouponStatus, Source
from coupons.models import Coupon, CouponIssue, CouponUse
from coupons.rules import pass_refund
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.kinds import EntryKind
from ledger.services import Act
from stores import services as stores_services
from stores.models import Approval

from .acts import act_of
from .issue import Issued, issuable, issue_step
from .locks import locked_one
from .templates import lock_template

REFUND = "coupons.refund_pass"
SLOT = "coupon"  # of the store's sales: what was taken for coupons and passes


@transaction.atomic
def sell(
    *, template_id: int, member_id: int, tender: str, by: Act, at: datetime, key: str
) -> Issued:
    """Sell a member one coupon or pass at its price: the till goes up, once for a key.

    Raises NotForSale, NotAllowed, and what `issue_step` raises.
    """
    stores_services.require_for(by, "coupons.sell_coupon")
    if by.store_id is None:
        raise NotForSale
    sold = CouponIssue.objects.filter(key=f"{key}:coupon").first()
    if sold is not None:
        given = tuple(sold.coupons.values_list("pk", flat=True))
        same = sold.coupons.filter(
            version__template=template_id, issued_to=member_id
        ).exists()
        if not same:
            raise IdempotencyConflict
        return Issued(sold.pk, given, replayed=True)
    lock_template(template_id, shared=True)
    template, _version = issuable(template_id)
    if template.price is None:
        raise NotForSale
    by = stores_services.check_beneficiary(
        by=by,
        act="coupons.sell_coupon",
        amount=template.price,
        members=[member_id],
        subject=f"template:{template_id}",
        at=at,
    )
    line = stores_services.taking_line(
        amount=template.price, tender=tender, by=by, sales=SLOT
    )
    posted = ledger_services.post_entry(
        kind=EntryKind.SALE, key=key, at=at, act=by, lines=[line]
    )
    return issue_step(
        template_id=template_id,
        member_id=member_id,
        by=by,
        at=at,
        key=f"{key}:coupon",
        source=Source.PURCHASE,
        paid=template.price,
        entry=posted.entry_id,
        posting=posted.posting_ids[0],
    )


@transaction.atomic
def refund_pass(
    *,
    coupon_id: int,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> int:
    """Give back what is left of a coupon or pass that was bought with money: what was
    paid less the uses made, each at its price. It is void then. Minor units.

    Raises NothingToRefund, CouponNotUsable, NotAllowed, ApprovalNeeded.
    """
    stores_services.require_for(by, REFUND)
    coupon = locked_one(coupon_id)
    if coupon is None:
        raise CouponNotUsable(why="unknown")
    done = CouponUse.objects.filter(key=key).first()
    if done is not None:
        if done.coupon_id != coupon_id or done.act != CouponAct.REFUNDED:
            raise IdempotencyConflict
        return done.saving
    issue = CouponIssue.objects.get(pk=coupon.issue_id)
    amount = refundable(coupon, issue)
    if amount == 0 or issue.entry is None or issue.posting is None:
        raise NothingToRefund
    by = stores_services.use_limit(
        by=by,
        act=REFUND,
        amount=amount,
        at=at,
        approval=approval,
        subject=f"coupon:{coupon_id}",
        members=[coupon.member_id],
    )
    ledger_services.reverse_entry(
        entry_id=issue.entry,
        key=key,
        at=at,
        act=by,
        amounts={issue.posting: amount},
        memo=one_line(reason, 200),
    )
    Coupon.objects.filter(pk=coupon_id).update(status=CouponStatus.VOID)
    refunded = act_of(
        coupon_id,
        CouponAct.REFUNDED,
        by=by,
        at=at,
        key=key,
        reference=str(issue.entry),
        saving=amount,
        member_id=coupon.member_id,
        reason=reason,
    )
    refunded.save(force_insert=True)
    stores_services.record_act(
        name="coupons.pass_refunded",
        by=by,
        at=at,
        subject=coupon,
        facts={"amount": amount, "uses_left": coupon.uses_left},
    )
    return amount


def refundable(coupon: Coupon, issue: CouponIssue) -> int:
    """What a refund of this coupon would give back now, in minor units."""
    if coupon.status != CouponStatus.ISSUED or not issue.paid:
        return 0
    return pass_refund(
        paid=issue.paid // issue.quantity,
        uses=coupon.uses,
        uses_left=coupon.uses_left,
        use_price=coupon.version.use_price,
    )
