"""Everything that happens to gift cards, and the lines that other commands post."""

from .acts import SecondPerson, approved_by, subject_of
from .care import block, left_of, replace, unblock, void_sale
from .find import Found, find
from .gifts import (
    GiftWish,
    Parcel,
    begin_sending,
    due,
    end_sending,
    keep_gift,
    open_gift,
    resend,
)
from .life import extend, revive
from .renew import FreshCode
from .sell import Payment, Sold, SoldCard, activate, sell
from .spend import (
    Redeemed,
    redeem,
    redemption_lines,
    refund_amounts,
    refund_redemption,
)

__all__ = [
    "Found",
    "FreshCode",
    "GiftWish",
    "Parcel",
    "Payment",
    "Redeemed",
    "SecondPerson",
    "Sold",
    "SoldCard",
    "activate",
    "approved_by",
    "begin_sending",
    "block",
    "due",
    "end_sending",
    "extend",
    "find",
    "keep_gift",
    "left_of",
    "open_gift",
    "redeem",
    "redemption_lines",
    "refund_amounts",
    "refund_redemption",
    "replace",
    "resend",
    "revive",
    "sell",
    "subject_of",
    "unblock",
    "void_sale",
]
