"""The ways of paying that the shop takes."""

from pydantic import Field

from .common import Out


class TenderKindOut(Out):
    """One way of paying, named in the reader's language."""

    code: str = Field(description="What `kind` of a tender says.")
    name: str
    opens_drawer: bool
    is_counted: bool = Field(description="Whether it is counted at a shift's close.")
    is_refundable: bool = Field(description="Whether money goes back to it.")
    earns: bool = Field(description="Whether what it pays of a bill earns points.")
    account_code: str = Field(description="Its number in the shop's bookkeeping.")
    is_active: bool = Field(
        description="Switched off, it takes nothing, and pays back what it took."
    )


class TenderKindList(Out):
    """The ways of paying of a store, in the order of its buttons."""

    items: list[TenderKindOut]
    next_cursor: str | None = None
