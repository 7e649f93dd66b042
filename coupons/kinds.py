"""The words of coupons: what one gives, until when, how it came, what was done."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CouponKind(TextChoices):
    """What a coupon gives."""

    AMOUNT_OFF = "amount_off", _("Amount off over a threshold")
    PERCENT_OFF = "percent_off", _("Percent off")
    ITEM = "item", _("Item for free or at a price")
    PASS = "pass", _("Visit pass")
    TOP_UP = "top_up", _("Bonus on a top-up")


class Validity(TextChoices):
    """From when until when an issued coupon holds."""

    FIXED = "fixed", _("Fixed dates")
    DAYS = "days", _("A number of days")
    MONTH_END = "month_end", _("Until the end of the month")


class CouponStatus(TextChoices):
    """Where a coupon stands; that it has expired is a fact of time, not a status."""

    ISSUED = "issued", _("Issued")
    OFFERED = "offered", _("Offered to a friend")
    REDEEMED = "redeemed", _("Redeemed")
    VOID = "void", _("Void")


class Source(TextChoices):
    """How a coupon came to be."""

    HAND = "hand", _("By hand")
    BATCH = "batch", _("Printed batch")
    SEGMENT = "segment", _("Segment")
    CLAIM = "claim", _("Claimed")
    PURCHASE = "purchase", _("Bought with money")
    POINTS = "points", _("Bought with points")
    CAMPAIGN = "campaign", _("Campaign")
    TOP_UP = "top_up", _("Top-up")
    TIER = "tier", _("Tier")
    STAMPS = "stamps", _("Stamp card")
    SALE = "sale", _("Sale")
    PARTNER = "partner", _("Partner")
    OPENING = "opening", _("Brought along")


class CouponAct(TextChoices):
    """What was done with a coupon."""

    REDEEMED = "redeemed", _("Redeemed")
    RELEASED = "released", _("Released by a void")
    RETURNED = "returned", _("Returned by a refund")
    KEPT = "kept", _("Not returned by a refund")
    VOIDED = "voided", _("Voided")
    REVOKED = "revoked", _("Taken back unused")
    EXTENDED = "extended", _("Extended")
    CLAIMED = "claimed", _("Claimed")
    OFFERED = "offered", _("Offered to a friend")
    ACCEPTED = "accepted", _("Accepted by a friend")
    TAKEN_BACK = "taken_back", _("Taken back from a friend")
    LAPSED = "lapsed", _("Offer lapsed")
    REFUNDED = "refunded", _("Pass refunded")
