"""Bills: quoted, settled, given back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from checkout.asked import LONGEST_PAYMENT_REFERENCE, LONGEST_REFERENCE
from checkout.bill import LONGEST_CODE, LONGEST_NAME, MOST_LINES, MOST_PIECES
from common.quantity import PIECE, parse_quantity

from .common import (
    LARGEST,
    Amount,
    AmountOrZero,
    Identity,
    In,
    OccurredAt,
    Out,
    Tender,
    TierOut,
    Wallet,
)
from .gift_cards import Code, Pin

type Count = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]


def _quantity(value: object) -> object:
    """A whole number, or a weight as text: no float comes near it."""
    if isinstance(value, str):
        return parse_quantity(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number, or text with up to three decimals")
    return value * PIECE


type Thousandths = Annotated[
    int,
    BeforeValidator(_quantity),
    Field(ge=1, le=MOST_PIECES * PIECE),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_PIECES},
                {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,3})?$"},
            ],
            "description": 'Pieces, or as text a weight: "0.350".',
        }
    ),
]


class LineIn(In):
    """Some of one item; `member_price` is the price of one for members.

    One of `unit_price` and `amount`, or both: the amount counts then.
    """

    kind: Literal["item", "tax", "service_charge", "tip"] = Field(
        default="item", description="Only items are ever discounted."
    )
    sku: Annotated[str, Field(max_length=LONGEST_CODE)] | None = None
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    category: Annotated[str, Field(max_length=LONGEST_CODE)] | None = None
    quantity: Thousandths
    unit_price: AmountOrZero | None = None
    amount: AmountOrZero | None = Field(
        default=None, description="What all of it costs, as the till reckons it."
    )
    member_price: AmountOrZero | None = None
    excluded: bool = Field(
        default=False, description="Earns nothing and is not discounted."
    )

    @model_validator(mode="after")
    def _has_a_price(self) -> "LineIn":
        if self.unit_price is None and self.amount is None:
            raise PydanticCustomError(
                "price_or_amount", "give one", {"field": "unit_price"}
            )
        return self


class GiftCardIn(In):
    """A gift card; without an amount it pays all that it can."""

    code: Code
    pin: Pin | None = None
    amount: Amount | None = None


class BillIn(In):
    """What is sold. One of `gross` and `lines`."""

    gross: AmountOrZero | None = None
    lines: Annotated[
        list[LineIn] | None, Field(min_length=1, max_length=MOST_LINES)
    ] = None
    excluded: AmountOrZero = Field(
        default=0, description="The part of `gross` that earns and discounts nothing."
    )
    service_charge_bp: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None,
        description="The service charge on what is left after discounts, 1000 for 10 %,"
        " in place of what the shop's policy says.",
    )

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "BillIn":
        if (self.gross is None) == (self.lines is None):
            raise PydanticCustomError(
                "gross_or_lines", "give either", {"field": "gross"}
            )
        if self.excluded and (self.gross is None or self.excluded > self.gross):
            raise PydanticCustomError(
                "part_of_gross", "it is a part", {"field": "excluded"}
            )
        return self


class QuoteIn(BillIn):
    """A bill, whose it is, and what to use. One of `gross` and `lines`."""

    member: Identity | None = None
    code: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None,
        description="A card's number (ours, or one of before), or the rotating code.",
    )
    forgo: Annotated[list[Identity], Field(max_length=30)] = Field(
        default_factory=list,
        description='What to do without: "tier", "member_price", the id of an offer.',
    )
    coupons: Literal["best"] | Annotated[list[Identity], Field(max_length=30)] = Field(
        default="best",
        description="A visit pass is named once for each visit; in place of a list the"
        " best for the guest.",
    )
    points: Literal["max"] | Count = 0
    gift_cards: Annotated[list[Code | GiftCardIn], Field(max_length=10)] = Field(
        default_factory=list
    )
    stored_value: Literal["max"] | Count = "max"
    occurred_at: OccurredAt = None


class SaleTender(Tender):
    """A way of paying a bill, and what was handed over."""

    reference: Annotated[str, Field(max_length=LONGEST_PAYMENT_REFERENCE)] | None = (
        Field(default=None, description="The other side's number of the payment.")
    )


class SaleIn(QuoteIn):
    """A bill to be settled, with what was handed over."""

    tenders: Annotated[list[SaleTender], Field(max_length=20)] = Field(
        default_factory=list
    )
    reference: Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE)] = (
        Field(
            description="The till's own bill number: once a business day at a store, or"
            " for a key of its own where the shop lets each till count."
        )
    )
    expected_due: AmountOrZero | None = Field(
        default=None, description="What the guest was told; if it changed, refused."
    )
    stored_value_auth: Annotated[str, Field(max_length=16)] | None = Field(
        default=None, description="The member's payment code, where one is asked for."
    )


class DiscountOut(Out):
    """Something taken off."""

    kind: str
    id: str | None
    name: str
    amount: int


class LineDiscountOut(Out):
    """What of a discount a line bears."""

    kind: str
    id: str | None
    amount: int


class LineOut(Out):
    """A line after its discounts: gross = Σ discounts + net."""

    line: int = Field(description="Its place, counted from 1, by which it is refunded.")
    kind: str = Field(description="item, tax, service_charge or tip.")
    sku: str
    name: str
    quantity: str = Field(description='Text: "2", or a weight such as "0.35".')
    gross: int
    discounts: list[LineDiscountOut]
    net: int


class SaleLineOut(LineOut):
    """The same of a settled bill, with what became of it since."""

    refunded: int
    left: int = Field(description="What of it can still be refunded.")


class PaymentOut(Out):
    """Something of the guest's own that pays."""

    kind: str
    amount: int
    points: int | None = None
    last4: str | None = None
    principal: int | None = None
    bonus: int | None = None


class RejectedOut(Out):
    """Something that does not apply, and why."""

    kind: str
    id: str | None
    name: str
    code: str
    message: str


class MemberRef(Out):
    """The member whose bill it is."""

    id: str


class QuoteOut(Out):
    """gross = Σ discounts + net, net = Σ payments + due; minor units."""

    gross: int
    lines: list[LineOut]
    discounts: list[DiscountOut]
    net: int
    payments: list[PaymentOut]
    due: int
    points_earned: int
    rejected: list[RejectedOut]
    member: MemberRef | None
    stored_value_auth_required: bool


class TenderOut(Out):
    """A tender as it was handed over, change and all."""

    kind: str
    amount: int
    reference: str | None = None


class PointsAfter(Out):
    """The points that can be spent."""

    balance: int


class MemberAfter(Out):
    """What the sale left to the member: of the wallet that paid, and of the points."""

    wallet: Wallet
    points: PointsAfter
    tier: TierOut | None = Field(
        description="By which the bill was settled; one that it reached holds from the"
        " next on."
    )


class SaleOut(Out):
    """A settled bill: what it was, and what is left to the member."""

    id: str
    status: str = Field(description="captured, partly_refunded, refunded or void.")
    reference: str
    gross: int
    lines: list[SaleLineOut]
    discounts: list[DiscountOut]
    net: int
    payments: list[PaymentOut]
    due: int
    points_earned: int
    rejected: list[RejectedOut]
    tenders: list[TenderOut]
    change: int
    refunded: int
    member: MemberRef | None
    member_after: MemberAfter | None


class SaleList(Out):
    """Bills of one number, the newest first."""

    items: list[SaleOut]
    next_cursor: str | None


class RefundLineIn(In):
    """So much of one line: an amount, a quantity, or (neither) the rest of it."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    amount: Amount | None = None
    quantity: (
        Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,3})?$")]
        | Annotated[int, Field(ge=1, le=MOST_PIECES, strict=True)]
        | None
    ) = Field(default=None, description='Pieces, or a weight as text: "0.350".')

    @model_validator(mode="after")
    def _says_one(self) -> "RefundLineIn":
        if self.amount is not None and self.quantity is not None:
            raise PydanticCustomError(
                "amount_or_quantity", "give either", {"field": "amount"}
            )
        return self


class RefundIn(In):
    """How much to give back (unless named: all that is left), of which lines, why."""

    amount: AmountOrZero | None = None
    lines: Annotated[
        list[RefundLineIn] | None, Field(min_length=1, max_length=MOST_LINES)
    ] = Field(default=None, description="In place of an amount.")
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    to: Literal["original", "cash"] = "original"
    occurred_at: OccurredAt = None


class VoidIn(In):
    """Why the sale is voided."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    occurred_at: OccurredAt = None


class RefundPartOut(Out):
    """What went back to one payment."""

    kind: str
    amount: int
    points: int
    principal: int
    bonus: int
    last4: str | None
    tender: str | None = Field(description="How money was handed back.")


class RefundOut(Out):
    """What was given back of a sale."""

    id: str
    sale: str
    amount: int
    to: str
    is_void: bool
    paid_out: int = Field(description="Money handed back, in minor units.")
    points_returned: int
    points_taken_back: int
    parts: list[RefundPartOut]
    notes: list[str] = Field(
        description="What could not go back as it was taken, to be read aloud."
    )
    reason: str
    at: datetime
    sale_status: str
    left: int = Field(description="What of the sale can still be refunded.")
