"""What is promised at a top-up, what came of it, and what guards a wallet."""

from .clearing import ClearingDay, ClearingMark
from .holds import Hold
from .plans import TopUpPlan, TopUpPlanVersion, TopUpStep
from .policy import WalletPolicy
from .top_ups import TopUp, TopUpRefund
from .wallets import BearerWallet, PaymentCode, Wallet

__all__ = [
    "BearerWallet",
    "ClearingDay",
    "ClearingMark",
    "Hold",
    "PaymentCode",
    "TopUp",
    "TopUpPlan",
    "TopUpPlanVersion",
    "TopUpRefund",
    "TopUpStep",
    "Wallet",
    "WalletPolicy",
]
