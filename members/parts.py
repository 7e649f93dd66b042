"""What the apps above keep about a member, so that merge, export and erase reach it.

An app registers its part in its `apps.py`; the members app calls each within its own
command. Value in the books needs none: accounts held by a member move by entries.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from ledger.services import Act

type Rows = list[dict[str, object]]


class MemberPart(Protocol):
    """One app's share of a member; each call is a step of the caller's command."""

    word: str

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Give everything of one member to another."""
        ...

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Everything kept about the member, by what it is called."""
        ...

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """What of value the member still holds here, each in words; erasing waits."""
        ...

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Wipe what names the person; entries stay."""
        ...


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """Something that is the member's own money: what, and how they have it back."""

    words: str
    way: str


@dataclass(frozen=True, slots=True)
class ClosureShare:
    """What a member holds in one app when they want to go: money, and what ends."""

    money: tuple[OwnMoney, ...] = ()
    ended: tuple[str, ...] = ()


@runtime_checkable
class HoldsMoney(Protocol):
    """A part of which something is the member's own money, and is not given up."""

    def closure_share(self, *, member_id: int, at: datetime) -> ClosureShare:
        """The money, and the rest that ends with the membership."""
        ...


_parts: dict[str, MemberPart] = {}


def register(part: MemberPart) -> None:
    """Called by an app's `ready`; the same word again takes its place."""
    _parts[part.word] = part


def all_parts() -> list[MemberPart]:
    """In the order of their words, so that locks are taken in one order everywhere."""
    return [_parts[word] for word in sorted(_parts)]
