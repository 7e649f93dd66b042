"""What a till finds again by its own number or key."""

from datetime import date, datetime

from pydantic import Field

from .common import Out
from .sales import RefundOut


class TopUpFound(Out):
    """A top-up as it was made, and whether it was given back since."""

    id: str
    member: str | None
    reference: str
    amount: int
    bonus: int
    points: int
    at: datetime
    business_date: date
    is_refunded: bool = Field(description="Whether anything of it was given back.")


class TopUpList(Out):
    """Top-ups, the newest first."""

    items: list[TopUpFound]
    next_cursor: str | None


class RefundList(Out):
    """Refunds and voids, the newest first."""

    items: list[RefundOut]
    next_cursor: str | None


class CardOfSale(Out):
    """A gift card that was sold; its code is shown at the sale only."""

    id: str
    last4: str
    amount: int
    status: str


class GiftCardSaleFound(Out):
    """Gift cards that one payment bought."""

    id: str
    reference: str
    at: datetime
    business_date: date
    amount: int
    cards: list[CardOfSale]


class GiftCardSaleList(Out):
    """Sales of gift cards, the newest first."""

    items: list[GiftCardSaleFound]
    next_cursor: str | None


class GiftCardDebit(Out):
    """What a gift card paid of a bill."""

    card: str
    last4: str
    sale: str
    reference: str
    amount: int
    returned: int = Field(description="What of it refunds gave back to the card.")
    at: datetime
    business_date: date


class GiftCardDebitList(Out):
    """What gift cards paid, the newest first."""

    items: list[GiftCardDebit]
    next_cursor: str | None
