"""The tables of the books; `ledger/sql/` holds what the database itself enforces."""

from .accounts import Account, Succession, Unit
from .entries import LARGEST_AMOUNT, Entry, Posting, Reversed
from .lots import Lot, LotUse
from .proofs import ProofRun, Seal

__all__ = [
    "LARGEST_AMOUNT",
    "Account",
    "Entry",
    "Lot",
    "LotUse",
    "Posting",
    "ProofRun",
    "Reversed",
    "Seal",
    "Succession",
    "Unit",
]
