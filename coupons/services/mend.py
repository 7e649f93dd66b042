"""Mending by hand: voiding, extending; and taking back what was given for nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from common.text import one_line
from coupons.errors import CouponNotUsable, NotExtendable, ReasonRefused
from coupons.kinds import CouponAct, CouponStatus
from coupons.models import Coupon, CouponGift, CouponIssue
from coupons.models.terms import LONGEST_DAYS
from ledger.services import Act
from stores import services as stores_services

from .acts import act_of
from .locks import locked, locked_one

UNUSED = (CouponStatus.ISSUED, CouponStatus.OFFERED)


@dataclass(frozen=True, slots=True)
class Revoked:
    """Which coupons of an issue were taken back, and which were used already."""

    revoked: tuple[int, ...]
    used: tuple[int, ...]


@transaction.atomic
def void_coupon(*, coupon_id: int, reason: str, by: Act, at: datetime) -> None:
    """Make a coupon worth nothing for ever, with a reason: by the store that gave it,
    or the brand. Harmless twice.

    Raises ReasonRefused, CouponNotUsable (used already), NotAllowed.
    """
    stores_services.require_for(by, "coupons.void_coupon")
    _check(reason)
    coupon = _found(coupon_id)
    _check_store(coupon, "coupons.void_coupon", by)
    if coupon.status == CouponStatus.VOID:
        return
    if coupon.status == CouponStatus.REDEEMED:
        raise CouponNotUsable(why="redeemed", coupon=coupon_id)
    by = _beneficiary(coupon, "coupons.void_coupon", by, at)
    _void([coupon], CouponAct.VOIDED, reason, by=by, at=at)
    stores_services.record_act(
        name="coupons.voided",
        by=by,
        at=at,
        subject=coupon,
        facts={"reason": one_line(reason, 200)},
    )


@transaction.atomic
def extend_coupon(
    *, coupon_id: int, until: datetime, reason: str, by: Act, at: datetime
) -> None:
    """Let a coupon hold longer, also one that has expired, with a reason: by the store
    that gave it, or the brand.

    Raises ReasonRefused, NotExtendable, CouponNotUsable, NotAllowed.
    """
    stores_services.require_for(by, "coupons.extend_coupon")
    _check(reason)
    coupon = _found(coupon_id)
    _check_store(coupon, "coupons.extend_coupon", by)
    if coupon.status not in UNUSED:
        raise CouponNotUsable(why=coupon.status, coupon=coupon_id)
    if until <= max(coupon.valid_until, at) or (until - at).days > LONGEST_DAYS:
        raise NotExtendable
    by = _beneficiary(coupon, "coupons.extend_coupon", by, at)
    Coupon.objects.filter(pk=coupon_id).update(valid_until=until)
    extended = act_of(
        coupon_id,
        CouponAct.EXTENDED,
        by=by,
        at=at,
        key=f"extended:{coupon_id}:{until.isoformat()}",
        reference=coupon.valid_until.isoformat(),
        member_id=coupon.member_id,
        reason=reason,
    )
    extended.save(force_insert=True)
    stores_services.record_act(
        name="coupons.extended",
        by=by,
        at=at,
        subject=coupon,
        facts={"until": until.isoformat(), "reason": one_line(reason, 200)},
    )


@transaction.atomic(savepoint=False)
def revoke_unused_step(
    *, issue_key: str, by: Act, at: datetime, reason: str
) -> Revoked:
    """A step of undoing what the coupons were given for: those of the issue that are
    not used up become void, whoever holds them now. Harmless twice.
    """
    ids = Coupon.objects.filter(issue__key=issue_key).values_list("pk", flat=True)
    coupons = locked(ids)
    unused = [coupon for coupon in coupons if coupon.status in UNUSED]
    _void(unused, CouponAct.REVOKED, reason, by=by, at=at)
    return Revoked(
        tuple(coupon.pk for coupon in unused),
        tuple(
            coupon.pk for coupon in coupons if coupon.status == CouponStatus.REDEEMED
        ),
    )


def _beneficiary(coupon: Coupon, act: str, by: Act, at: datetime) -> Act:
    return stores_services.check_beneficiary(
        by=by,
        act=act,
        members=[coupon.member_id],
        subject=f"coupon:{coupon.pk}",
        at=at,
    )


def _void(
    coupons: list[Coupon], act: CouponAct, reason: str, *, by: Act, at: datetime
) -> None:
    """Under the coupons' locks; a gift that was on its way ends."""
    for coupon in coupons:
        CouponGift.objects.filter(coupon=coupon, ended_at=None).update(
            ended_at=at, ended_as=CouponGift.Ended.TAKEN_BACK
        )
        Coupon.objects.filter(pk=coupon.pk, status__in=UNUSED).update(
            status=CouponStatus.VOID
        )
        done = act_of(
            coupon.pk,
            act,
            by=by,
            at=at,
            key=f"{act}:{coupon.pk}",
            member_id=coupon.member_id,
            reason=reason,
        )
        done.save(force_insert=True)


def _found(coupon_id: int) -> Coupon:
    coupon = locked_one(coupon_id)
    if coupon is None:
        raise CouponNotUsable(why="unknown")
    return coupon


def _check_store(coupon: Coupon, permission: str, by: Act) -> None:
    issue = CouponIssue.objects.get(pk=coupon.issue_id)
    stores_services.require_over(by, permission, store_id=issue.store_id)


def _check(reason: str) -> None:
    if not reason.strip() or "\x00" in reason:
        raise ReasonRefused
