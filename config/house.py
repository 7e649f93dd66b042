"""The house's own apps, from the ground up; what lists them asks here."""

from typing import Final

APPS: Final = (
    "common",
    "ledger",
    "stores",
    "policies",
    "outbox",
    "members",
    "messaging",
    "accounts",
    "recognition",
    "tiers",
    "cards",
    "coupons",
    "points",
    "stored_value",
    "gift_cards",
    "imports",
    "checkout",
    "campaigns",
    "counter",
    "portal",
    "api",
    "demo",
)
