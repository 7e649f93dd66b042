"""Coupons: what is promised, what was issued, what was done with it."""

from .coupons import ClaimTries, Coupon, CouponGift, CouponIssue, CouponUse
from .policy import CouponsPolicy
from .templates import (
    CouponTemplate,
    TemplateBlackout,
    TemplateCount,
    TemplateDay,
    TemplateHours,
    TemplateMember,
    TemplateVersion,
)
from .tier_gifts import TierGift

__all__ = [
    "ClaimTries",
    "Coupon",
    "CouponGift",
    "CouponIssue",
    "CouponTemplate",
    "CouponUse",
    "CouponsPolicy",
    "TemplateBlackout",
    "TemplateCount",
    "TemplateDay",
    "TemplateHours",
    "TemplateMember",
    "TemplateVersion",
    "TierGift",
]
