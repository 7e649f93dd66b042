"""Gift cards in the admin: read only, with acts that ask why."""

from .batches import GiftCardBatchAdmin
from .cards import GiftCardAdmin
from .designs import GiftCardDesignAdmin
from .gifts import GiftAdmin
from .rules import GiftCardPolicyAdmin

__all__ = [
    "GiftAdmin",
    "GiftCardAdmin",
    "GiftCardBatchAdmin",
    "GiftCardDesignAdmin",
    "GiftCardPolicyAdmin",
]
