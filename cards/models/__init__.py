"""Cards: what names a member, whose they are, and who may pay from whose wallet."""

from .cards import DEAD, Card, CardEvent, Happening, StockBatch
from .codes import CodeGuess, CodeUse
from .kinds import CardKind, CardsPolicy
from .shares import ShareDay, ShareOffer, ShareUse, WalletShare

__all__ = [
    "DEAD",
    "Card",
    "CardEvent",
    "CardKind",
    "CardsPolicy",
    "CodeGuess",
    "CodeUse",
    "Happening",
    "ShareDay",
    "ShareOffer",
    "ShareUse",
    "StockBatch",
    "WalletShare",
]
