"""Shares and factors are whole numbers of their smallest step; never floats."""

from decimal import Decimal
from typing import Final

PERCENT_PLACES: Final = 1  # of a share in per mille, typed in percent
BASIS_POINT_PLACES: Final = 2  # of a share in basis points, typed in percent
FACTOR_PLACES: Final = 3  # of a factor in thousandths


def plain_number(steps: int, places: int) -> str:
    """1500 with three places is "1.5", the same in every language."""
    return f"{Decimal(steps).scaleb(-places).normalize():f}"
