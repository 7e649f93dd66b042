"""Goods back and others for them."""

from typing import Annotated, Literal

from pydantic import Field

from checkout.asked import LONGEST_REFERENCE
from checkout.bill import MOST_LINES

from .common import LARGEST, Amount, In, OccurredAt, Out
from .sales import (
    BillIn,
    Count,
    QuoteOut,
    RefundLineIn,
    RefundOut,
    SaleOut,
    SaleTender,
)


class ExchangeQuoteIn(In):
    """What comes back (an amount, lines; neither: all that is left) and what is taken
    for it.
    """

    amount: Amount | None = None
    lines: Annotated[
        list[RefundLineIn] | None, Field(min_length=1, max_length=MOST_LINES)
    ] = Field(default=None, description="What comes back, in place of an amount.")
    new: BillIn = Field(description="The new bill, of the same member.")
    to: Literal["original", "cash"] = Field(
        default="original", description="How money is handed out."
    )
    stored_value: Literal["returned", "max"] | Count = Field(
        default="returned",
        description="How much of it pays the new bill: as much as came back to it, all"
        " that the bill takes, or so much.",
    )
    occurred_at: OccurredAt = None


class ExchangeIn(ExchangeQuoteIn):
    """The same, to be done."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    tenders: Annotated[list[SaleTender], Field(max_length=20)] = Field(
        default_factory=list,
        description="What is paid beyond the money that came back.",
    )
    reference: Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE)] = (
        Field(description="The number of the new bill.")
    )
    expected_difference: (
        Annotated[int, Field(ge=-LARGEST, le=LARGEST, strict=True)] | None
    ) = Field(
        default=None,
        description="What the guest was told: to pay, or below zero to be handed out;"
        " if it changed, refused.",
    )


class ExchangeUndoIn(In):
    """Why, and the number of the bill on which the goods are again."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    reference: Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE)] = (
        Field(description="The number of the bill of the goods that were brought back.")
    )
    occurred_at: OccurredAt = None


class ReturnedMoney(Out):
    """Money that comes back, by tender."""

    kind: str
    amount: int


class ExchangeQuoteOut(Out):
    """What an exchange would come to, in minor units."""

    refunded: int = Field(description="What of the first bill goes back.")
    returned_money: list[ReturnedMoney]
    offset: int = Field(description="Of that money, what pays the new bill.")
    difference: int = Field(
        description="Still to be paid; below zero: to be handed out."
    )
    quote: QuoteOut


class ExchangeOut(Out):
    """A refund and the sale that it paid."""

    id: str
    refund: RefundOut
    sale: SaleOut
    offset: int = Field(description="Money of the refund that paid the sale.")
    to_pay: int = Field(description="Money that the sale took beyond it.")
    paid_out: int = Field(description="Money that was handed out beyond it.")
