"""The books in the admin: everything to be read, little to be done, nothing edited."""

from .accounts import AccountAdmin
from .entries import EntryAdmin
from .lots import LotAdmin
from .proofs import ProofRunAdmin, SealAdmin

__all__ = ["AccountAdmin", "EntryAdmin", "LotAdmin", "ProofRunAdmin", "SealAdmin"]
