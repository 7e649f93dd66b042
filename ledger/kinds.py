"""The words of the chart of accounts, and which side each kind of account grows on."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountKind(TextChoices):
    """What an account holds; the kind decides whether it is guarded."""

    PRINCIPAL = "principal", _("Principal")
    BONUS = "bonus", _("Bonus")
    POINTS = "points", _("Points")
    GROWTH = "growth", _("Growth value")
    STAMPS = "stamps", _("Stamps")
    GIFT_CARD = "gift_card", _("Gift card")
    HELD = "held", _("Held for a booking")
    DEBT = "debt", _("Owed by the member")
    TENDER = "tender", _("Tenders taken")
    SALES = "sales", _("Sales")
    PROMOTION = "promotion", _("Promotion cost")
    GRANTED = "granted", _("Points and stamps granted")
    BREAKAGE = "breakage", _("Breakage")
    RECEIVABLE = "receivable", _("Owed by a partner")
    ADJUSTMENT = "adjustment", _("Adjustments")
    OPENING = "opening", _("Opening balances")


# What somebody holds: a cached balance that never goes below zero, and a row to lock.
GUARDED_KINDS = (
    AccountKind.PRINCIPAL,
    AccountKind.BONUS,
    AccountKind.POINTS,
    AccountKind.GROWTH,
    AccountKind.STAMPS,
    AccountKind.GIFT_CARD,
    AccountKind.HELD,
    AccountKind.DEBT,
)

# What the shop owes somebody: every guarded kind but the one that is owed to us.
LIABILITY_KINDS = tuple(kind for kind in GUARDED_KINDS if kind != AccountKind.DEBT)


class AccountStatus(TextChoices):
    """Whether an account takes part: a frozen one waits, a closed one is empty."""

    OPEN = "open", _("Open")
    FROZEN = "frozen", _("Frozen")
    CLOSED = "closed", _("Closed")


class EntryKind(TextChoices):
    """What happened; `docs/chart_of_accounts.md` gives each its debit and credit."""

    TOP_UP = "top_up", _("Top-up")
    SALE = "sale", _("Sale")
    GIFT_CARD_SALE = "gift_card_sale", _("Gift card sold")
    ACCRUAL = "accrual", _("Points earned")
    GRANT = "grant", _("Gift")
    REDEMPTION = "redemption", _("Points redeemed")
    CLAW_BACK = "claw_back", _("Taken back")
    TRANSFER = "transfer", _("Transfer")
    HOLD = "hold", _("Hold")
    EXPIRY = "expiry", _("Expiry")
    REVIVAL = "revival", _("Lapsed value given back")
    PAYOUT = "payout", _("Payout")
    PARTNER = "partner", _("Partner redemption")
    ADJUSTMENT = "adjustment", _("Adjustment")
    OPENING = "opening", _("Opening balance")
    REVERSAL = "reversal", _("Reversal")
