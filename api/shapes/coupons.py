"""Coupons, as tills are told."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from coupons.kinds import CouponStatus
from coupons.models import Coupon

from .common import Identity, In, Out

Status = Literal["usable", "used", "expired"]


class CouponOut(Out):
    """A coupon that somebody holds; which bill it serves, a quote says."""

    id: str
    template: str = Field(description="The template's code.")
    kind: str
    name: str
    conditions: str
    status: str = Field(description="usable, offered, used, expired or void.")
    uses_left: int
    valid_from: datetime
    valid_until: datetime


class CouponList(Out):
    """A page of coupons."""

    items: list[CouponOut]
    next_cursor: str | None


class CouponIssueIn(In):
    """Coupons to be given to a member."""

    template: Identity = Field(description="The template's code or id.")
    member: Identity
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1
    reason: Annotated[str, Field(max_length=200)] | None = None


class CouponsIssued(Out):
    """The coupons that were given."""

    coupons: list[CouponOut]


class CouponVoidIn(In):
    """Why a coupon is to be worth nothing."""

    reason: Annotated[str, Field(max_length=200)] | None = None


def coupon_out(coupon: Coupon, *, at: datetime) -> CouponOut:
    """A coupon with its version and template loaded."""
    version = coupon.version
    return CouponOut(
        id=str(coupon.pk),
        template=version.template.code,
        kind=version.kind,
        name=version.name,
        conditions=version.conditions,
        status=status_of(coupon, at=at),
        uses_left=coupon.uses_left,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
    )


def status_of(coupon: Coupon, *, at: datetime) -> str:
    """Where a coupon stands, in the contract's words."""
    if coupon.status == CouponStatus.VOID:
        return "void"
    if coupon.status == CouponStatus.REDEEMED:
        return "used"
    if coupon.valid_until <= at:
        return "expired"
    return "offered" if coupon.status == CouponStatus.OFFERED else "usable"
