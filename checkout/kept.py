"""What is kept of a bill of which something is exchanged, and what that is worth.

The lines that stay and the new ones together cost what they would cost as one bill
today, with the coupons of the first. So an offer that both still earn is not lost; what
they earn no more is lost as by any refund.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from coupons.models import Coupon

from . import rules
from .bill import MOST_LINES, Bill, FixedPrice, Guest, Line, Programme, Quote, Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBill:
    """What is left of a bill: its lines, what was paid for them (`net`, with `charge`,
    their part of the service charge), and the coupons that it used.
    """

    reference: str
    lines: tuple[Line, ...]
    net: int
    charge: int
    coupons: tuple[Coupon, ...]
    coupon_ids: tuple[int, ...]


def quote(
    *,
    bill: Bill,
    guest: Guest,
    programme: Programme,
    wishes: Wishes,
    at: datetime,
    kept: KeptBill | None = None,
) -> Quote:
    """What a bill costs by itself, or as a part of one with what was kept of another,
    whichever is less. Raises what `rules.quote` does.
    """

    def priced(bill: Bill, guest: Guest, wishes: Wishes) -> Quote:
        return rules.quote(
            bill=bill, guest=guest, programme=programme, wishes=wishes, at=at
        )

    alone = priced(bill, guest, wishes)
    if kept is None or len(kept.lines) + len(bill.lines) > MOST_LINES:
        return alone
    fixed = _together(bill, guest, wishes, kept, priced)
    if fixed.goods + fixed.charge >= alone.net:
        return alone
    return priced(bill, guest, replace(wishes, fixed=fixed))


def _together(
    bill: Bill,
    guest: Guest,
    wishes: Wishes,
    kept: KeptBill,
    priced: Callable[[Bill, Guest, Wishes], Quote],
) -> FixedPrice:
    """What is left for the new lines of what both cost together, the service charge by
    itself.
    """
    lines = kept.lines + bill.lines
    both = priced(
        replace(bill, lines=lines),
        replace(guest, coupons=kept.coupons),
        Wishes(coupons=kept.coupon_ids, stored_value=0, forgo=wishes.forgo),
    )
    charged = sum(line.gross for line in both.lines[len(lines) :])
    charge = max(0, charged - kept.charge)
    left = max(0, both.net - kept.net)
    return FixedPrice(
        goods=max(0, left - charge), charge=charge, reference=kept.reference
    )
