"""What rows refer to by a kind and a number, as people call it.

The rows stand in apps below those that they refer to, so each app tells of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Referred:
    """What it is called, and the page of the office that shows it."""

    text: str
    model: str = ""  # as in `checkout.sale`; none where there is no page
    number: object = None


type Reference = tuple[str, str]  # kind and number
type Finder = Callable[[Collection[str]], Mapping[str, Referred]]

_FINDERS: dict[str, Finder] = {}


def name_references(kind: str, finder: Finder) -> None:
    """Tell how rows of a kind are called: all that are asked for, in one question."""
    _FINDERS[kind] = finder


def referred(references: Iterable[Reference]) -> dict[Reference, Referred]:
    """What is known of these, a question for each kind."""
    asked: dict[str, set[str]] = defaultdict(set)
    for kind, number in references:
        asked[kind].add(number)
    return {
        (kind, number): found
        for kind, numbers in asked.items()
        if kind in _FINDERS
        for number, found in _FINDERS[kind](numbers).items()
    }
