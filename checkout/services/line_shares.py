"""What of each line goes back: an amount, some of the quantity, or the rest of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checkout.errors import OverRefund, RefundRefused
from checkout.models import SaleLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefund:
    """So much of a line: minor units, thousandths of a piece, or neither: the rest."""

    amount: int | None = None
    thousandths: int | None = None


type PerLine = Mapping[int, int | LineRefund]


def shares_of(lines: Sequence[SaleLine], per_line: PerLine) -> list[int]:
    """The amount of each line that goes back, in minor units.

    Raises RefundRefused for a line that is not there or nothing of it, OverRefund.
    """
    if not per_line or set(per_line) - {line.place for line in lines}:
        raise RefundRefused
    return [
        _share(line, per_line[line.place]) if line.place in per_line else 0
        for line in lines
    ]


def returned_of(
    lines: Sequence[SaleLine], shares: Sequence[int], per_line: PerLine | None
) -> list[int]:
    """How many thousandths of each line are back then: all where nothing is left."""
    back = []
    for line, share in zip(lines, shares, strict=True):
        asked = (per_line or {}).get(line.place)
        more = asked.thousandths if isinstance(asked, LineRefund) else None
        is_all = share > 0 and share == line.left
        back.append(line.thousandths if is_all else line.returned + (more or 0))
    return back


def _share(line: SaleLine, asked: int | LineRefund) -> int:
    if isinstance(asked, int):
        asked = LineRefund(amount=asked)
    if asked.thousandths is not None and asked.amount is not None:
        raise RefundRefused
    share = line.left
    if asked.amount is not None:
        share = asked.amount
    elif asked.thousandths is not None:
        share = _of_quantity(line, asked.thousandths)
    if share <= 0 and line.left:
        raise RefundRefused
    if share <= 0 or share > line.left:
        raise OverRefund(left=line.left, line=line.place)
    return share


def _of_quantity(line: SaleLine, thousandths: int) -> int:
    """In proportion, cumulative: any cuts of a line end where one refund would."""
    if thousandths <= 0:
        raise RefundRefused
    after = line.returned + thousandths
    if after > line.thousandths:
        raise OverRefund(
            left=line.left,
            line=line.place,
            thousandths=line.thousandths - line.returned,
        )
    if after == line.thousandths:
        return line.left
    whole = line.thousandths
    return line.net * after // whole - line.net * line.returned // whole
