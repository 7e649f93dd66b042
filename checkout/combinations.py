"""Coupons on one bill, in the order in which they are applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from coupons.models import Coupon, TemplateVersion
from coupons.rules import (
    BillFacts,
    ReducedPieces,
    Refusal,
    Saving,
    fitting,
    why_nothing,
)

# Things for free first, then percentages, then amounts.
ORDER: Final = {"item": 0, "pass": 0, "percent_off": 1, "amount_off": 2, "top_up": 3}


@dataclass(frozen=True, slots=True)
class UsedCoupon:
    """One coupon on the bill, and what it saves there."""

    coupon: Coupon
    saving: Saving


@dataclass(frozen=True, slots=True)
class Combination:
    """Coupons that stand on one bill together, in the order they are applied in."""

    used: tuple[UsedCoupon, ...] = ()

    @property
    def amount(self) -> int:
        return sum(one.saving.amount for one in self.used)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.coupon.pk for one in self.used)


@dataclass(frozen=True, slots=True)
class RefusedCoupon:
    """Which of the coupons asked for cannot be used, and why."""

    coupon: Coupon
    why: Refusal


def in_order(coupons: Sequence[Coupon]) -> list[Coupon]:
    """The usual order, whatever was clicked first: step by step."""
    return sorted(coupons, key=_place)


def step_of(coupon: Coupon) -> int:
    """Coupons of one step are applied in the order that is best for the guest; the
    steps themselves follow each other.
    """
    return ORDER[coupon.version.kind]


def promise_of(version: TemplateVersion) -> tuple[Any, ...]:
    """Everything in which two coupons can differ on a bill, except their end."""
    return (
        ORDER[version.kind],
        version.kind,
        version.off_bp,
        version.amount,
        version.cap or 0,
        version.cap is None,
        version.min_spend,
        version.items,
        version.categories,
        version.with_tier_discount,
        version.is_exclusive,
        version.group,
        version.per_bill,
        version.store_ids,
        version.channels,
        version.tier_ids,
        version.weekdays,
        str(version.hours),
        str(version.blackouts),
    )


def _place(coupon: Coupon) -> tuple[Any, ...]:
    return promise_of(coupon.version), coupon.valid_until, coupon.pk


def apply(coupons: Sequence[Coupon], bill: BillFacts) -> Combination | RefusedCoupon:
    """These coupons, all of them, in this order; or why one of them cannot be."""
    used = []
    amounts = bill.amounts
    reduced: ReducedPieces = ()
    for coupon in coupons:
        fit = fitting(coupon.version, bill)
        if isinstance(fit, Refusal):
            return RefusedCoupon(coupon, fit)
        found = fit.saves(amounts, reduced)
        if found is None:
            return RefusedCoupon(coupon, why_nothing(fit, amounts))
        used.append(UsedCoupon(coupon, found))
        reduced = fit.after(amounts, reduced, found)
        amounts = without(amounts, found)
    return Combination(tuple(used))


def without(amounts: Sequence[int], saved: Saving) -> tuple[int, ...]:
    """What lines cost when something was saved on them."""
    return tuple(
        amount - off for amount, off in zip(amounts, saved.per_line, strict=True)
    )


def end_of(coupon: Coupon) -> tuple[datetime, int]:
    """What expires sooner goes first."""
    return coupon.valid_until, coupon.pk
