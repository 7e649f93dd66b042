"""Sales, refunds, offers and the rules of the bill, in the office."""

from . import offers, policy, refunds, sales

__all__ = ["offers", "policy", "refunds", "sales"]
