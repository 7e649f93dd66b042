"""How much of something: whole numbers of thousandths inside, decimals outside."""

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal

from .money import reader_locale

PIECE: Final = 1000  # thousandths
WRITTEN: Final = re.compile(r"(?P<whole>[0-9]{1,9})(\.(?P<part>[0-9]{1,3}))?")


def parse_quantity(written: str) -> int:
    """So many thousandths: 350 for "0.350".

    Raises ValueError for what is no number with at most three decimals.
    """
    match = WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(written)
    return int(match["whole"]) * PIECE + int((match["part"] or "0").ljust(3, "0"))


def plain_quantity(thousandths: int) -> str:
    """2000 thousandths are "2", 350 are "0.35": the same in every language."""
    whole, part = divmod(thousandths, PIECE)
    return f"{whole}.{part:03}".rstrip("0") if part else str(whole)


def format_quantity(thousandths: int) -> str:
    """As people read it."""
    written: str = format_decimal(
        Decimal(plain_quantity(thousandths)),
        format="#,##0.###",
        locale=reader_locale(),
    )
    return written
