"""The coupon that a guest lays on a top-up: what it gives, used with it and back."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from coupons import selectors as coupons_selectors
from coupons import services as coupons_services
from coupons.errors import CouponNotHere, CouponNotUsable
from coupons.models import Coupon
from coupons.rules import BillFacts, Refusal, top_up_bonus_of
from coupons.services import Redemption
from ledger.services import Act
from stored_value.holders import Holder
from stored_value.models import TopUp
from stored_value.selectors.refunds import gift_key
from stores.models import Store

from .gifts import tier_of

AT_A_STORE = _("A top-up coupon is used at a store.")
NO_PLAN_BESIDE = _("This coupon is not used together with a plan.")


@dataclass(frozen=True, slots=True)
class Laid:
    """A coupon on a top-up, and the bonus that it gives (minor units)."""

    coupon: Coupon
    bonus: int

    @property
    def stands_alone(self) -> bool:
        """Whether its terms suffer no plan beside it."""
        return self.coupon.version.is_exclusive


def usable_coupons(*, holder: Holder, by: Act, at: datetime) -> list[Coupon]:
    """The top-up coupons that this guest may use here and now, if the amount is one."""
    if holder.is_bearer or by.store_id is None:
        return []
    here = _here(holder, by, at)
    return coupons_selectors.top_up_coupons(holder.id, here, at=at)


def laid_on(
    *,
    holder: Holder,
    coupon_id: int | None,
    plan_id: int | None,
    paid: int,
    by: Act,
    at: datetime,
) -> Laid | None:
    """What the coupon named gives on a top-up of so much; None where none is named.

    A printed coupon that nobody has claimed is nobody’s, whoever knows its number.
    Raises CouponNotUsable and CouponNotHere.
    """
    if coupon_id is None:
        return None
    coupon = coupons_selectors.named([coupon_id]).first()
    if coupon is None or coupon.member_id is None:
        raise CouponNotUsable(why="unknown", coupon=coupon_id)
    found = top_up_bonus_of(coupon, amount=paid, bill=_here(holder, by, at), at=at)
    if isinstance(found, Refusal):
        if found.code in CouponNotUsable.SENTENCES:
            raise CouponNotUsable(why=found.code, coupon=coupon_id)
        raise CouponNotHere(found.sentence)
    laid = Laid(coupon, found)
    if laid.stands_alone and plan_id is not None:
        raise CouponNotHere(NO_PLAN_BESIDE)
    return laid


def use_step(*, top_up: TopUp, by: Act, at: datetime) -> None:
    """A step of a top-up: its coupon is used, by compare-and-set; all or nothing.

    Raises CouponNotUsable where another till was sooner.
    """
    if top_up.coupon_id is None:
        return
    coupons_services.redeem_step(
        redemptions=[Redemption(top_up.coupon_id, top_up.coupon_bonus)],
        member_id=top_up.member_id,
        reference=coupon_reference(top_up),
        by=by,
        at=at,
        key=gift_key(top_up, "coupon"),
    )


def return_step(*, top_up: TopUp, is_whole: bool, by: Act, at: datetime) -> bool:
    """A step of a refund: the coupon comes back with the whole of its top-up, by the
    rules of a refunded sale; whether it did.
    """
    if top_up.coupon_id is None:
        return False
    outcomes = coupons_services.return_step(
        reference=coupon_reference(top_up),
        whole=is_whole,
        by=by,
        at=at,
        key=gift_key(top_up, "coupon:back"),
    )
    return any(outcome.is_back for outcome in outcomes)


def coupon_reference(top_up: TopUp) -> str:
    """What the use of its coupon refers to."""
    return f"top_up:{top_up.pk}"


def _here(holder: Holder, by: Act, at: datetime) -> BillFacts:
    """Whose top-up, where and when, as a coupon asks; nothing is bought."""
    store = Store.objects.filter(pk=by.store_id or 0).first()
    if store is None:
        raise CouponNotHere(AT_A_STORE)
    return BillFacts(
        lines=(),
        store_id=store.pk,
        business_date=by.business_date,
        local_time=at.astimezone(store.zone).time(),
        member_id=None if holder.is_bearer else holder.id,
        tier_id=tier_of(holder, by, at),
    )
