"""Top-ups, their refunds, and the statement."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .common import (
    Amount,
    Identity,
    In,
    OccurredAt,
    Out,
    TenderKind,
    Wallet,
    Words,
)
from .coupons import CouponOut


class PaidBy(In):
    """How a top-up is paid."""

    kind: TenderKind
    reference: Words | None = None


class TopUpIn(In):
    """Money that comes in; the best plan applies unless one is named."""

    amount: Amount
    tender: PaidBy
    plan: Identity | None = Field(
        default=None,
        description="A plan's id or its name.",
    )
    coupon: Identity | None = Field(
        default=None,
        description="The id of one of the member's coupons of kind `top_up`.",
    )
    occurred_at: OccurredAt = None


class TopUpOut(Out):
    """What came in, what was given on top, and what the wallet holds after it."""

    id: str
    amount: int
    bonus: int
    points: int
    growth: int
    coupons: list[CouponOut]
    plan: str | None
    coupon_bonus: int = Field(description="What of `bonus` the coupon gave.")
    wallet: Wallet


class TopUpRefundIn(In):
    """Why a top-up is given back, and how it is paid out."""

    reason: Annotated[str, Field(max_length=200)] | None = None
    tender: TenderKind | None = Field(
        default=None, description="How it is paid out; unless named, as it was paid in."
    )
    occurred_at: OccurredAt = None


class TopUpRefundOut(Out):
    """What was given back, by which formula: `principal_left` is `paid_out`, `fee`,
    `bonus_spent_charged` and `points_charged` together.
    """

    id: str
    top_up: str
    tender: str
    principal_left: int
    paid_out: int
    fee: int
    bonus_spent_charged: int
    points_charged: int
    bonus_voided: int
    points_taken: int
    growth_taken: int
    coupons_taken: int
    coupon_returned: bool = Field(
        description="Whether the coupon that was laid on it can be used again."
    )
    cooling_off: bool
    wallet: Wallet


class MovementOut(Out):
    """One movement: `amount` is signed, `balance` what was there after it."""

    id: str
    entry: str
    at: datetime
    kind: str
    account: str = Field(description="principal, bonus or points.")
    amount: int
    balance: int = Field(description="Principal and bonus together; or points.")
    store: str | None = Field(description="The code of the store.")
    memo: str


class Statement(Out):
    """A page of movements, the newest first."""

    items: list[MovementOut]
    next_cursor: str | None
