"""What can be brought in: for each kind its columns, its judgement and its writing."""

from typing import Final

from .balances import Balances
from .base import Context, Kind
from .cards import Cards
from .coupons import Coupons
from .members import Members
from .sales import Sales
from .stores import Stores

KINDS: Final[dict[str, Kind]] = {
    kind.word: kind
    for kind in (Stores(), Members(), Balances(), Cards(), Coupons(), Sales())
}

__all__ = ["KINDS", "Context", "Kind"]
