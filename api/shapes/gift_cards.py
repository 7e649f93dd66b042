"""Gift cards: sold, looked up, moved into a wallet."""

from datetime import date
from typing import Annotated

from pydantic import Field

from .common import Amount, Identity, In, Moment, OccurredAt, Out, Tender, Wallet

type Code = Annotated[str, Field(min_length=1, max_length=64)]
type Pin = Annotated[str, Field(max_length=16)]


class RecipientIn(In):
    """The friend: reached by `phone` or by `email`, one of them."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    phone: Annotated[str, Field(max_length=40)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    message: Annotated[str, Field(max_length=300)] | None = None
    deliver_at: Moment | None = Field(
        default=None, description="Unless named: at once."
    )
    giver: Annotated[str, Field(max_length=80)] | None = None
    language: Annotated[str, Field(max_length=10)] | None = None


class GiftCardSaleIn(In):
    """Cards of one design and amount; the tenders pay for all of them exactly."""

    amount: Amount
    quantity: Annotated[int, Field(ge=1, le=500)] = 1
    design: Identity | None = Field(
        default=None, description="A design's id or name; unless named, one that fits."
    )
    recipient: RecipientIn | None = None
    tenders: Annotated[list[Tender], Field(min_length=1, max_length=20)]
    buyer: Identity | None = Field(
        default=None, description="The member who buys, where the law asks for a name."
    )
    for_organisation: bool = False
    occurred_at: OccurredAt = None


class SoldCardOut(Out):
    """A card as it is handed over. Code and PIN are shown this once."""

    id: str
    code: str | None
    pin: str | None
    scan: str | None = Field(
        description="What a QR code on the card contains: opens it without the PIN."
    )
    last4: str
    amount: int
    expires_on: date | None = Field(description="The last day on which it is valid.")


class GiftCardsSold(Out):
    """The cards that were sold."""

    cards: list[SoldCardOut]


class LookupIn(In):
    """A card's code, and its PIN where it has one."""

    code: Code
    pin: Pin | None = None


class LookupOut(Out):
    """What is left on a card."""

    balance: int
    status: str = Field(description="made, active, blocked, void or expired.")
    expires_on: date | None
    last4: str


class RedeemIn(In):
    """A card whose whole balance goes into a member's stored value."""

    code: Code
    pin: Pin | None = None
    member: Identity
    occurred_at: OccurredAt = None


class RedeemOut(Out):
    """What moved, and what the wallet holds after it."""

    amount: int
    wallet: Wallet
