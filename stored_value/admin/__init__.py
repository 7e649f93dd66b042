"""Wallets, top-ups, holds, plans and rules in the office."""

from . import bearers, holds, plans, policy, top_ups, wallets

__all__ = ["bearers", "holds", "plans", "policy", "top_ups", "wallets"]
