"""What a plan gives besides money: points, growth value and coupons."""

from dataclasses import dataclass
from datetime import datetime

from coupons import services as coupons_services
from coupons.kinds import Source as CouponSource
from ledger.services import Act
from stored_value.errors import PlanRefused
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.offers import NO_LONGER, Gift
from tiers import selectors as tiers_selectors


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back of what had been given beside the bonus."""

    points: int = 0
    growth: int = 0
    coupons: int = 0


def tier_of(holder: Holder, at: datetime) -> int | None:
    """The tier that a plan looks at; a bearer has none."""
    if holder.is_bearer:
        return None
    tier = tiers_selectors.standing(holder.id, at=at).tier
    return tier.pk if tier else None


def give_step(*, top_up: TopUp, gift: Gift, by: Act, at: datetime) -> None:
    """A step of a top-up: what its plan promised beside the bonus, all or nothing."""
    if top_up.member_id is None:
        return
    if gift.points or gift.growth:
        raise PlanRefused(why=NO_LONGER)
    if gift.coupons and gift.coupon_template is not None:
        coupons_services.issue_step(
            template_id=gift.coupon_template,
            member_id=top_up.member_id,
            quantity=gift.coupons,
            by=by,
            at=at,
            key=_key(top_up, "coupons"),
            source=CouponSource.TOP_UP,
        )


def take_back_step(*, top_up: TopUp, by: Act, at: datetime) -> TakenBack:
    """A step of a refund: points and growth value, all of them; coupons not yet used.

    What was spent of the points becomes a debt, as the points' own rules say. Once: a
    second refund of the same top-up finds them taken.
    """
    if top_up.member_id is None or top_up.refunds.exists():
        return TakenBack()
    points = growth = coupons = 0
    if top_up.coupons:
        revoked = coupons_services.revoke_unused_step(
            issue_key=_key(top_up, "coupons"),
            by=by,
            at=at,
            reason="top-up refunded",
        )
        coupons = len(revoked.revoked)
    return TakenBack(points, growth, coupons)


def _key(top_up: TopUp, word: str) -> str:
    return f"top_up:{top_up.pk}:{word}"
