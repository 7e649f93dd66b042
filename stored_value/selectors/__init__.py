"""Questions about wallets: what they hold, what was promised, who owes whom."""

from .changes import (
    WalletChange,
    change_of,
    changes,
    movement_title,
    payers_of,
)
from .clearing import ClearingRow, clearing
from .plans import best_offer, offers, terms_of
from .refunds import RefundLine, current_holder, formula_lines, gift_key, refund_preview
from .wallets import (
    HeldLot,
    Holdings,
    Payment,
    code_asked_above,
    explained,
    has_payment_code,
    held_at,
    owed_to_members,
    payments_of,
    terms_at,
    top_ups_of,
    wallet,
)

__all__ = [
    "ClearingRow",
    "HeldLot",
    "Holdings",
    "Payment",
    "RefundLine",
    "WalletChange",
    "best_offer",
    "change_of",
    "changes",
    "clearing",
    "code_asked_above",
    "current_holder",
    "explained",
    "formula_lines",
    "gift_key",
    "has_payment_code",
    "held_at",
    "movement_title",
    "offers",
    "owed_to_members",
    "payers_of",
    "payments_of",
    "refund_preview",
    "terms_at",
    "terms_of",
    "top_ups_of",
    "wallet",
]
