"""Giving a coupon to a friend: a link, taken once, or taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from coupons import codes
from coupons.errors import (
    CouponNotUsable,
    GiftGone,
    GiftToOneself,
    MemberNotActive,
    NotGiveable,
)
from coupons.kinds import CouponAct, CouponStatus
from coupons.models import Coupon, CouponGift, CouponsPolicy, CouponUse
from coupons.rules import refusal_of
from ledger.services import Act
from members import services as members_services
from members.models import Member
from policies import selectors as policies_selectors

from .acts import act_of, check_own_card
from .locks import locked_one

LAPSING = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A gift on its way; the token is shown to the giver alone and kept by nobody."""

    gift_id: int
    token: str
    lapses_at: datetime


@transaction.atomic
def offer(*, coupon_id: int, member_id: int, by: Act, at: datetime) -> Offer:
    """The holder makes a link for a friend; till it ends the coupon cannot be used.

    Raises NotGiveable, CouponNotUsable.
    """
    members_services.keep_active(member_id=member_id)
    members_services.refuse_frozen_step(member_id)
    coupon = _own(coupon_id, member_id, at)
    if not coupon.version.is_transferable:
        raise NotGiveable(coupon=coupon_id)
    days = policies_selectors.in_force(CouponsPolicy, at=at).gift_days
    token = codes.gift_token(coupon_id, at)
    gift = CouponGift(
        coupon=coupon,
        giver_id=member_id,
        digest=codes.digest(token),
        offered_at=at,
        lapses_at=min(at + timedelta(days=days), coupon.valid_until),
    )
    gift.save(force_insert=True)
    Coupon.objects.filter(pk=coupon.pk).update(status=CouponStatus.OFFERED)
    _note(gift, CouponAct.OFFERED, member_id, by=by, at=at)
    return Offer(gift.pk, token, gift.lapses_at)


@transaction.atomic
def accept(*, token: str, member_id: int, by: Act, at: datetime) -> int:
    """A friend takes the gift; the coupon is theirs, on the same terms. Its number.

    Raises GiftGone, GiftToOneself, MemberNotActive, BeneficiaryRefused.
    """
    gift = CouponGift.objects.filter(digest__in=codes.digests(token[:200])).first()
    if gift is None:
        raise GiftGone
    coupon = locked_one(gift.coupon_id)
    if coupon is None or at >= coupon.valid_until:
        raise GiftGone
    if gift.giver_id == member_id or coupon.member_id == member_id:
        raise GiftToOneself
    if not Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).exists():
        raise MemberNotActive
    by = check_own_card(by, member_id, at)
    open_still = CouponGift.objects.filter(
        pk=gift.pk, ended_at=None, lapses_at__gt=at, offered_at__lte=at
    )
    taken = open_still.update(
        taker_id=member_id, ended_at=at, ended_as=CouponGift.Ended.ACCEPTED
    )
    if taken != 1:
        raise GiftGone
    Coupon.objects.filter(pk=coupon.pk, status=CouponStatus.OFFERED).update(
        status=CouponStatus.ISSUED, member_id=member_id
    )
    _note(gift, CouponAct.ACCEPTED, member_id, by=by, at=at)
    return coupon.pk


@transaction.atomic
def take_back(*, coupon_id: int, member_id: int, by: Act, at: datetime) -> None:
    """The giver changes their mind before the friend has taken it. Raises GiftGone."""
    coupon = locked_one(coupon_id)
    if coupon is None or coupon.member_id != member_id:
        raise GiftGone
    _end(coupon_id, CouponGift.Ended.TAKEN_BACK, CouponAct.TAKEN_BACK, by=by, at=at)


def lapse_gifts(*, by: Act, at: datetime) -> int:
    """Give back to the givers what no friend took in time; how many."""
    due = CouponGift.objects.filter(ended_at=None, lapses_at__lte=at)
    ids = list(due.order_by("lapses_at").values_list("coupon_id", flat=True)[:LAPSING])
    lapsed = 0
    for coupon_id in ids:
        with transaction.atomic():
            locked_one(coupon_id)
            if due.filter(coupon_id=coupon_id).exists():
                _end(coupon_id, CouponGift.Ended.LAPSED, CouponAct.LAPSED, by=by, at=at)
                lapsed += 1
    return lapsed


def _own(coupon_id: int, member_id: int, at: datetime) -> Coupon:
    coupon = locked_one(coupon_id)
    if coupon is None or coupon.member_id != member_id:
        raise CouponNotUsable(why="unknown")
    refusal = refusal_of(coupon, member_id=member_id, at=at)
    if refusal is not None and refusal.code != "not_yet":
        raise CouponNotUsable(why=refusal.code, coupon=coupon_id)
    if coupon.uses_left < coupon.uses:  # a pass that was begun stays with its holder
        raise NotGiveable(coupon=coupon_id)
    return coupon


def _end(
    coupon_id: int,
    ended_as: CouponGift.Ended,
    act: CouponAct,
    *,
    by: Act,
    at: datetime,
) -> None:
    """Under the coupon's lock: the gift ends, and the giver holds the coupon again."""
    gift = CouponGift.objects.filter(coupon_id=coupon_id, ended_at=None).first()
    if gift is None:
        raise GiftGone
    CouponGift.objects.filter(pk=gift.pk).update(ended_at=at, ended_as=ended_as)
    Coupon.objects.filter(pk=coupon_id, status=CouponStatus.OFFERED).update(
        status=CouponStatus.ISSUED
    )
    _note(gift, act, gift.giver_id, by=by, at=at)


def _note(
    gift: CouponGift, act: CouponAct, member_id: int, *, by: Act, at: datetime
) -> None:
    done: CouponUse = act_of(
        gift.coupon_id,
        act,
        by=by,
        at=at,
        key=f"gift:{gift.pk}:{act}",
        reference=f"gift:{gift.pk}",
        member_id=member_id,
    )
    done.save(force_insert=True)
