"""Cards, their kinds and stock, and the wallets that are shared."""

from . import cards, kinds, shares, stock

__all__ = ["cards", "kinds", "shares", "stock"]
