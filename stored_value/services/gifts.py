"""What a top-up gives besides money: points, growth value and coupons."""

from dataclasses import dataclass
from datetime import datetime

from coupons import services as coupons_services
from coupons.kinds import Source as CouponSource
from ledger.services import Act
from points import services as points_services
from points.models import Accrual
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.offers import Gift
from stored_value.selectors.refunds import gift_key, refunded_share
from tiers import selectors as tiers_selectors


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back of what had been given beside the bonus."""

    points: int = 0
    growth: int = 0
    coupons: int = 0
    charged: int = 0


def tier_of(holder: Holder, by: Act, at: datetime) -> int | None:
    """The tier that a plan looks at; a bearer has none."""
    if holder.is_bearer:
        return None
    if by.reported_at is not None:
        tier = tiers_selectors.tier_of_then(holder.id, at=at)
    else:
        tier = tiers_selectors.standing(holder.id, at=at).tier
    return tier.pk if tier else None


def give_step(*, top_up: TopUp, gift: Gift, by: Act, at: datetime) -> None:
    """A step of a top-up: what its plan promised beside the bonus, and what growth
    value the house gives for money paid in; all or nothing.
    """
    if top_up.member_id is None:
        return
    points_services.reward_top_up_step(
        member_id=top_up.member_id,
        paid=top_up.paid,
        points=gift.points,
        growth=gift.growth,
        by=by,
        at=at,
        key=gift_key(top_up, "points"),
        reference=f"top_up:{top_up.pk}",
    )
    if gift.coupons and gift.coupon_template is not None:
        coupons_services.issue_step(
            template_id=gift.coupon_template,
            member_id=top_up.member_id,
            quantity=gift.coupons,
            by=by,
            at=at,
            key=gift_key(top_up, "coupons"),
            source=CouponSource.TOP_UP,
        )


def take_back_step(
    *,
    top_up: TopUp,
    principal: int,
    charge_at_most: int,
    by: Act,
    at: datetime,
    key: str,
) -> TakenBack:
    """A step of a refund that returns so much principal: points and growth value for
    it are taken back, all refunds so far together rounded to the house; coupons not
    yet used become void.

    What was spent of the points becomes a debt, is let go, or is charged to the money
    paid back, as the points' own rules say: `charged`, at most `charge_at_most`.
    """
    if top_up.member_id is None:
        return TakenBack()
    points = growth = coupons = charged = 0
    if Accrual.objects.filter(key=gift_key(top_up, "points")).exists():
        taken = points_services.claw_back_step(
            gift_key=gift_key(top_up, "points"),
            by=by,
            at=at,
            key=f"{key}:points",
            share=refunded_share(top_up, principal),
            charge_at_most=charge_at_most,
        )
        points, growth, charged = taken.points, taken.growth, taken.charged
    if top_up.coupons:
        revoked = coupons_services.revoke_unused_step(
            issue_key=gift_key(top_up, "coupons"),
            by=by,
            at=at,
            reason="top-up refunded",
        )
        coupons = len(revoked.revoked)
    return TakenBack(points, growth, coupons, charged)
