"""Questions about wallets: what they hold, what was promised, who owes whom."""

from .clearing import ClearingRow, clearing
from .plans import best_offer, offers, terms_of
from .refunds import RefundLine, formula_lines, refund_preview
from .wallets import (
    HeldLot,
    Holdings,
    explained,
    owed_to_members,
    terms_at,
    top_ups_of,
    wallet,
)

__all__ = [
    "ClearingRow",
    "HeldLot",
    "Holdings",
    "RefundLine",
    "best_offer",
    "clearing",
    "explained",
    "formula_lines",
    "offers",
    "owed_to_members",
    "refund_preview",
    "terms_at",
    "terms_of",
    "top_ups_of",
    "wallet",
]
