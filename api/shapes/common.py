"""Pieces that many shapes are made of. Strict: a number is no text, text no number."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
)

LARGEST: Final = 10**12  # minor units or points: beyond any till, within any column

# Strict by themselves: what stands in several shapes is built once, by the lax rules of
# the model that Django Ninja puts around all of them.
type Amount = Annotated[
    int, Field(gt=0, le=LARGEST, strict=True, description="Minor units.")
]
type AmountOrZero = Annotated[
    int, Field(ge=0, le=LARGEST, strict=True, description="Minor units.")
]
type Identity = Annotated[
    str, Field(min_length=1, max_length=64, description="An id, as we gave it.")
]
type Words = Annotated[str, Field(max_length=200)]
type TenderKind = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        description="The code of one of the shop's ways of paying: `GET /tenders`.",
    ),
]


def _written(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a moment is text in RFC 3339, with an offset")
    moment = datetime.fromisoformat(value)
    try:
        moment.astimezone(UTC)  # the first and last hours there are have no such
    except OverflowError as wrong:
        raise ValueError("a moment that no clock shows") from wrong
    return moment


type Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


type OccurredAt = Annotated[
    Moment | None,
    Field(
        description="When it happened, where the till had queued it off-line; within"
        " the bounds of the shop's off-line policy. Unless told: now.",
    ),
]


class In(BaseModel):
    """Something that is sent to us: nothing unknown in it, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Out(BaseModel):
    """Something that we answer."""

    model_config = ConfigDict(frozen=True)


class Tender(In):
    """A way of paying, and how much of it."""

    kind: TenderKind
    amount: Amount
    reference: Words | None = Field(
        default=None, description="The other side's number of the payment."
    )


class Wallet(Out):
    """Stored value, in minor units."""

    principal: int
    bonus: int
    total: int


class TierOut(Out):
    """A tier, named in the reader's language."""

    code: str
    name: str


class FieldProblem(Out):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Out):
    """A refusal (RFC 9457). `code` stays the same word; `detail` is for people."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: StrictStr | None = Field(
        default=None, description="The finer word, where several share a code."
    )
    facts: dict[str, Any] | None = None
    errors: list[FieldProblem] | None = None
