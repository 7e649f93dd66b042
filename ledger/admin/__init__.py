"""The books in the admin: everything to be read, little to be done, nothing edited."""

from .accounts import AccountAdmin, LotAdmin
from .entries import EntryAdmin
from .proofs import ProofRunAdmin, SealAdmin

__all__ = ["AccountAdmin", "EntryAdmin", "LotAdmin", "ProofRunAdmin", "SealAdmin"]
