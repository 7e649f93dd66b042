"""The one door to the books: everything that changes value goes through here."""

from ledger.services.accounts import (
    HolderAccount,
    lock_accounts,
    name_heirs,
    open_account,
    open_accounts,
    open_unit,
    prolong_lots,
    set_account_status,
)
from ledger.services.expire import Expired, expire_lots
from ledger.services.many import Draft, PostedMany, post_many
from ledger.services.post import (
    Act,
    Line,
    Posted,
    as_array,
    moment_text,
    post_entry,
    posted_before,
    reverse_entry,
)
from ledger.services.prove import Difference, Proof, prove_books, record_proof
from ledger.services.refusals import typed_refusals
from ledger.services.seal import SealBroken, export_seals, last_written, seal_day

__all__ = [
    "Act",
    "Difference",
    "Draft",
    "Expired",
    "HolderAccount",
    "Line",
    "Posted",
    "PostedMany",
    "Proof",
    "SealBroken",
    "as_array",
    "expire_lots",
    "export_seals",
    "last_written",
    "lock_accounts",
    "moment_text",
    "name_heirs",
    "open_account",
    "open_accounts",
    "open_unit",
    "post_entry",
    "post_many",
    "posted_before",
    "prolong_lots",
    "prove_books",
    "record_proof",
    "reverse_entry",
    "seal_day",
    "set_account_status",
    "typed_refusals",
]
