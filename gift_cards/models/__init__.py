"""Gift cards: their rules, faces, codes, batches and presents."""

from .cards import LARGEST_BATCH, GiftCard, GiftCardBatch, GiftCardCode, GiftCardTry
from .designs import GiftCardDesign, GiftCardPicture
from .gifts import RETURNABLE, Gift
from .rules import GiftCardPolicy

__all__ = [
    "LARGEST_BATCH",
    "RETURNABLE",
    "Gift",
    "GiftCard",
    "GiftCardBatch",
    "GiftCardCode",
    "GiftCardDesign",
    "GiftCardPicture",
    "GiftCardPolicy",
    "GiftCardTry",
]
