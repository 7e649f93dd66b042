"""Everything that happens to gift cards, and the lines that other commands post."""

from .acts import subject_of
from .batches import SealedFile, export_codes, order_batch, withdraw_batch
from .buy import GiftBought, buy_gift, take_gift_back
from .care import block, replace, unblock, void_sale
from .designs import begin_with_faces, save_design
from .find import Found, find, find_to_sell, forget_tries
from .gifts import (
    WORD,
    GiftWish,
    due,
    keep_gift,
    note_news,
    open_gift,
    resend,
    send_gift,
)
from .life import extend, revive
from .renew import FreshCode, show_own_code
from .sell import Payment, Sold, SoldCard, activate, sell
from .shown import Hashes, hashes_of, opened
from .spend import (
    Redeemed,
    redeem,
    redemption_lines,
    refund_amounts,
    refund_redemption,
    unavailable_when_stopped,
)
from .wallet import (
    Moved,
    gift_to_wallet,
    move_to_wallet,
    own_card_to_wallet,
    redeem_to_wallet,
)

__all__ = [
    "WORD",
    "Found",
    "FreshCode",
    "GiftBought",
    "GiftWish",
    "Hashes",
    "Moved",
    "Payment",
    "Redeemed",
    "SealedFile",
    "Sold",
    "SoldCard",
    "activate",
    "begin_with_faces",
    "block",
    "buy_gift",
    "due",
    "export_codes",
    "extend",
    "find",
    "find_to_sell",
    "forget_tries",
    "gift_to_wallet",
    "hashes_of",
    "keep_gift",
    "move_to_wallet",
    "note_news",
    "open_gift",
    "opened",
    "order_batch",
    "own_card_to_wallet",
    "redeem",
    "redeem_to_wallet",
    "redemption_lines",
    "refund_amounts",
    "refund_redemption",
    "replace",
    "resend",
    "revive",
    "save_design",
    "sell",
    "send_gift",
    "show_own_code",
    "subject_of",
    "take_gift_back",
    "unavailable_when_stopped",
    "unblock",
    "void_sale",
    "withdraw_batch",
]
