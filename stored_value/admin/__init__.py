"""Wallets, top-ups, holds, plans and rules in the office."""

from . import holds, plans, policy, top_ups, wallets

__all__ = ["holds", "plans", "policy", "top_ups", "wallets"]
