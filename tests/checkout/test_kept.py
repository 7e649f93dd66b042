"""What is kept in an exchange: the same for the same costs the guest nothing."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checkout import kept
from checkout.bill import Bill, Guest, Line, Programme, Quote, Wishes
from checkout.kept import KeptBill
from checkout.models import DiscountKind, SaleLine
from checkout.services.kept_lines import kept_bill
from checkout.services.line_shares import LineRefund, returned_of, shares_of
from checkout.services.service_charge import with_service_charge
from tests.checkout.test_least_due import BILLS, guests, programmes
from tests.checkout.test_quote import NOON, a_programme, told

MONEY = Wishes(stored_value=0)


def rows_of(quote: Quote) -> list[SaleLine]:
    return [
        SaleLine(
            place=place,
            kind=line.kind,
            name=line.name,
            thousandths=line.thousandths,
            gross=line.gross,
            net=net,
            refunded=0,
            returned=0,
            excluded=line.excluded,
        )
        for place, (line, net) in enumerate(
            zip(quote.lines, quote.net_lines, strict=True), 1
        )
    ]


def without(quote: Quote, at: int, guest: Guest) -> tuple[KeptBill, int]:
    """What is kept once one line went back, and what was given back for it."""
    rows = rows_of(quote)
    per_line = {at + 1: LineRefund()}
    shares = with_service_charge(rows, shares_of(rows, per_line))
    off = [0] * len(rows)
    for one in quote.discounts:
        if one.kind in (DiscountKind.MEMBER_PRICE, DiscountKind.MEMBER_DAY):
            off = [was + more for was, more in zip(off, one.per_line, strict=True)]
    used = [one.subject for one in quote.discounts if one.kind == DiscountKind.COUPON]
    coupons = [coupon for pk in used for coupon in guest.coupons if coupon.pk == pk]
    left = kept_bill(
        rows,
        shares,
        returned_of(rows, shares, per_line),
        reference="B1",
        member_price_off=off,
        coupons=coupons,
    )
    return left, sum(shares)


def in_exchange(
    bill: Bill, guest: Guest, programme: Programme, left: KeptBill
) -> Quote:
    wishes = replace(MONEY, coupons=())
    return kept.quote(
        bill=bill, guest=guest, programme=programme, wishes=wishes, at=NOON, kept=left
    )


@settings(max_examples=200, deadline=None)
@given(BILLS, guests(), programmes(), st.data())
def test_a_line_for_the_same_line_is_never_to_be_paid_for(
    bill: Bill, guest: Guest, programme: Programme, data: st.DataObject
) -> None:
    # The price for members of some pieces is known of one piece only.
    lines = tuple(replace(line, member_price=None) for line in bill.lines)
    bill = replace(bill, lines=lines)
    first = told(bill, guest=guest, programme=programme, wishes=MONEY)
    at = data.draw(st.integers(0, len(bill.lines) - 1))
    assume(first.net_lines[at])  # what cost nothing is not refunded by itself
    left, given_back = without(first, at, guest)

    again = in_exchange(Bill(lines=(bill.lines[at],)), guest, programme, left)

    assert again.net <= given_back


@settings(max_examples=200, deadline=None)
@given(BILLS, BILLS, guests(), programmes())
def test_kept_and_new_never_cost_less_than_as_one_bill_or_each_by_itself(
    bill: Bill, more: Bill, guest: Guest, programme: Programme
) -> None:
    first = told(bill, guest=guest, programme=programme, wishes=MONEY)
    assume(len(bill.lines) > 1 and first.net_lines[0])
    left, _given_back = without(first, 0, guest)

    new = in_exchange(more, guest, programme, left)

    alone = told(
        more, guest=guest, programme=programme, wishes=replace(MONEY, coupons=())
    )
    both = told(
        Bill(lines=left.lines + more.lines),
        guest=replace(guest, coupons=left.coupons),
        programme=programme,
        wishes=replace(MONEY, coupons=left.coupon_ids),
    )
    assert new.net <= alone.net
    assert left.net + new.net >= min(left.net + alone.net, both.net)
    assert new.gross == new.discount + new.net
    assert all(net >= 0 for net in new.net_lines)


def test_what_nobody_keeps_is_priced_by_itself() -> None:
    bill = Bill(lines=(Line(name="tea", unit_price=15_00),))
    found = kept.quote(
        bill=bill,
        guest=Guest(),
        programme=a_programme(),
        wishes=MONEY,
        at=NOON,
    )
    assert found.due == 15_00
