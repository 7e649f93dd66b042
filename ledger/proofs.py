"""What the apps above have the proof ask, in the same snapshot as the books.

An app registers its checks in its `apps.py`. A statement is set-based and names the
rows that differ, as those of `ledger.checks` do: (row, fact, expected, found); a row
called "account 7" freezes that account. A reading is for what no statement can say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

type Row = tuple[str, str, object, object]
type Reading = Callable[[], Iterable[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppChecks:
    """One app's share of the proof: what must be true, and its triggers."""

    app: str
    statements: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    triggers: tuple[str, ...] = ()


_registered: dict[str, AppChecks] = {}


def register(checks: AppChecks) -> None:
    """Called by an app's `ready`; the same app again takes its place."""
    _registered[checks.app] = checks


def all_checks() -> list[AppChecks]:
    """In the order of the apps' names."""
    return [_registered[app] for app in sorted(_registered)]
