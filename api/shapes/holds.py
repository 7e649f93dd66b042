"""Value set aside: for a table, a pre-order, a deposit."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .common import Amount, In, Moment, OccurredAt, Out, Wallet


class HoldIn(In):
    """How much is set aside, until when, and what for."""

    amount: Amount
    expires_at: Moment | None = Field(
        default=None, description="Unless named: after the hours of the shop's policy."
    )
    note: Annotated[str, Field(max_length=120)] | None = None
    stored_value_auth: Annotated[str, Field(max_length=40)] | None = Field(
        default=None,
        description="The member's rotating code or payment code, above the shop's"
        " limit.",
    )
    occurred_at: OccurredAt = None


class HoldCaptureIn(In):
    """How much of it is taken (unless named: all); the rest goes back."""

    amount: Amount | None = None
    occurred_at: OccurredAt = None


class HoldReleaseIn(In):
    """When it was let go, where a till had queued it."""

    occurred_at: OccurredAt = None


class HoldOut(Out):
    """A hold as it stands, and what the wallet has free."""

    id: str
    status: str = Field(description="open, captured, released or expired.")
    amount: int
    captured: int
    note: str
    expires_at: datetime
    wallet: Wallet
