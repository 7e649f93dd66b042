"""Everything that changes a wallet, or what a shop promises for one."""

from .clearing import add_up_clearing
from .close import close_wallet
from .codes import prove_payment_code, set_payment_code, subject_of_code
from .coupons import usable_coupons
from .doing import refuse_own
from .first_code import send_phone_code, set_first_payment_code
from .gift_cards import buy_gift_card_step, redeem_into_wallet_step
from .hold import capture_hold, expire_holds, hold, release_hold
from .identity import prove_identity
from .lapse import lapse_principal, reactivate
from .plans import save_plan
from .refund_spend import refund_spend
from .refund_top_up import refund_top_up
from .spend import Paid, spend, spend_step, spending_lines
from .statements import record_statement
from .top_up import Tender, best_steps, top_up
from .transfer import transfer
from .unfreeze import unfreeze_by_phone, unfreeze_spending
from .waiting import refuse_until_settled, require_settled_phone

__all__ = [
    "Paid",
    "Tender",
    "add_up_clearing",
    "best_steps",
    "buy_gift_card_step",
    "capture_hold",
    "close_wallet",
    "expire_holds",
    "hold",
    "lapse_principal",
    "prove_identity",
    "prove_payment_code",
    "reactivate",
    "record_statement",
    "redeem_into_wallet_step",
    "refund_spend",
    "refund_top_up",
    "refuse_own",
    "refuse_until_settled",
    "release_hold",
    "require_settled_phone",
    "save_plan",
    "send_phone_code",
    "set_first_payment_code",
    "set_payment_code",
    "spend",
    "spend_step",
    "spending_lines",
    "subject_of_code",
    "top_up",
    "transfer",
    "unfreeze_by_phone",
    "unfreeze_spending",
    "usable_coupons",
]
