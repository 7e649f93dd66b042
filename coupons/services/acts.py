"""Writing down what was done with a coupon, and whose it is."""

from datetime import datetime

from common.text import one_line
from coupons.kinds import CouponAct
from coupons.models import CouponUse
from ledger.services import Act
from stores import services as stores_services

ISSUE = "coupons.issue_coupon"


def check_own_card(by: Act, member_id: int, at: datetime) -> Act:
    """A step: who claims or takes a coupon for themself at work asks the policy."""
    return stores_services.check_beneficiary(
        by=by, act=ISSUE, members=[member_id], subject=f"member:{member_id}", at=at
    )


def act_of(
    coupon_id: int,
    act: CouponAct,
    *,
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
    undoes: CouponUse | None = None,
    saving: int = 0,
    member_id: int | None = None,
    reason: str = "",
) -> CouponUse:
    """The row that says so, not yet written."""
    return CouponUse(
        coupon_id=coupon_id,
        act=act,
        key=key,
        reference=reference,
        undoes=undoes,
        saving=saving,
        member_id=member_id,
        at=at,
        business_date=by.business_date,
        store_id=by.store_id,
        actor=by.actor,
        reason=one_line(reason, 200),
    )
