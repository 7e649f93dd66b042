"""Bills: quoted, settled, given back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .common import LARGEST, Amount, AmountOrNone, Identity, In, Out, Tender
from .gift_cards import Code, Pin

MOST_LINES = 200
type Count = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]


class LineIn(In):
    """Some of one item; `member_price` is the price of one for members."""

    sku: Annotated[str, Field(max_length=64)] | None = None
    name: Annotated[str, Field(max_length=120)]
    category: Annotated[str, Field(max_length=64)] | None = None
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    unit_price: AmountOrNone
    member_price: AmountOrNone | None = None
    excluded: bool = Field(
        default=False, description="Earns nothing and is not discounted."
    )


class GiftCardIn(In):
    """A gift card; without an amount it pays all that it can."""

    code: Code
    pin: Pin | None = None
    amount: Amount | None = None


class QuoteIn(In):
    """A bill, whose it is, and what to use. One of `gross` and `lines`."""

    member: Identity | None = None
    code: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="A card's number, or the rotating code."
    )
    gross: Amount | None = None
    lines: Annotated[list[LineIn] | None, Field(min_length=1, max_length=200)] = None
    excluded: AmountOrNone = Field(
        default=0, description="The part of `gross` that earns and discounts nothing."
    )
    coupons: Literal["best"] | Annotated[list[Identity], Field(max_length=30)] = "best"
    points: Literal["max"] | Count = 0
    gift_cards: Annotated[list[Code | GiftCardIn], Field(max_length=10)] = Field(
        default_factory=list
    )
    stored_value: Literal["max"] | Count = "max"

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "QuoteIn":
        if (self.gross is None) == (self.lines is None):
            raise PydanticCustomError(
                "gross_or_lines", "give either", {"field": "gross"}
            )
        if self.excluded and (self.gross is None or self.excluded > self.gross):
            raise PydanticCustomError(
                "part_of_gross", "it is a part", {"field": "excluded"}
            )
        return self


class SaleIn(QuoteIn):
    """A bill to be settled, with what was handed over."""

    tenders: Annotated[list[Tender], Field(max_length=20)] = Field(default_factory=list)
    reference: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="The till's own bill number; settled once at a store."
    )
    expected_due: AmountOrNone | None = Field(
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
    discounts: list[DiscountOut]
    net: int
    payments: list[PaymentOut]
    due: int
    points_earned: int
    rejected: list[RejectedOut]
    member: MemberRef | None
    stored_value_auth_required: bool


class SaleOut(Out):
    """A settled bill: what it was, and what is left to the member."""

    id: str
    status: str = Field(description="captured, partly_refunded, refunded or void.")
    reference: str
    gross: int
    discounts: list[DiscountOut]
    net: int
    payments: list[PaymentOut]
    due: int
    points_earned: int
    rejected: list[RejectedOut]
    tenders: list[dict[str, Any]]
    change: int
    refunded: int
    member: MemberRef | None
    member_after: dict[str, Any] | None


class RefundLineIn(In):
    """So much of one line, counted from 1."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    amount: Amount


class RefundIn(In):
    """How much to give back (unless named: all that is left), of which lines, why."""

    amount: AmountOrNone | None = None
    lines: Annotated[list[RefundLineIn] | None, Field(min_length=1, max_length=200)] = (
        Field(default=None, description="In place of an amount.")
    )
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    to: Literal["original", "cash"] = "original"


class VoidIn(In):
    """Why the sale is voided."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


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
    reason: str
    at: datetime
    sale_status: str
    left: int = Field(description="What of the sale can still be refunded.")
