"""Lines given back: by amount, quantity, or the rest; never more than a line cost."""

from typing import Any

import pytest

from checkout.bill import Bill, Line
from checkout.errors import OverRefund, RefundRefused
from checkout.models import Sale, SaleLine
from checkout.services import LineRefund
from tests.checkout.giving_back import refund
from tests.checkout.state import books
from tests.factories import bills
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db
REST = LineRefund()


def pieces(count: float) -> LineRefund:
    return LineRefund(thousandths=int(count * 1000))


@pytest.fixture
def sale() -> Sale:
    """Three of 33.33, and 0.350 of something at 20.00 (7.00)."""
    lines = (
        Line(name="tea", unit_price=33_33, thousandths=3_000),
        Line(name="ham", unit_price=20_00, thousandths=350),
    )
    return bills.sale_of(bills.settle(Bill(lines=lines), tenders=[bills.cash(106_99)]))


def left(sale: Sale) -> list[tuple[int, int]]:
    rows = SaleLine.objects.filter(sale=sale).order_by("place")
    return [(row.left, row.returned) for row in rows]


def test_pieces_go_back_one_by_one_to_the_cent(sale: Sale) -> None:
    amounts = [refund(sale, per_line={1: pieces(1)}).amount for _ in range(3)]
    assert sum(amounts) == 99_99
    assert left(sale) == [(0, 3_000), (7_00, 0)]
    with pytest.raises(OverRefund):
        refund(sale, per_line={1: pieces(1)})


def test_a_weight_goes_back_in_parts_and_the_rest_of_it(sale: Sale) -> None:
    assert refund(sale, per_line={2: pieces(0.1)}).amount == 2_00
    assert left(sale) == [(99_99, 0), (5_00, 100)]
    assert refund(sale, per_line={2: pieces(0.001)}).amount == 2
    assert refund(sale, per_line={2: REST, 1: 33_33}).amount == 38_31
    assert left(sale) == [(66_66, 0), (0, 350)]
    refund(sale)
    assert left(sale) == [(0, 3_000), (0, 350)]
    assert is_proven()


def test_two_pieces_at_once_are_what_one_and_one_would_be(sale: Sale) -> None:
    both = refund(sale, per_line={1: pieces(2)}).amount
    other = bills.sale_of(
        bills.settle(
            Bill(lines=(Line(name="tea", unit_price=33_33, thousandths=3_000),)),
            tenders=[bills.cash(99_99)],
        )
    )
    assert both == sum(refund(other, per_line={1: pieces(1)}).amount for _ in range(2))


@pytest.mark.parametrize(
    ("per_line", "refused"),
    [
        ({1: pieces(3.001)}, OverRefund),
        ({1: 99_99 + 1}, OverRefund),
        ({1: pieces(2), 2: pieces(0.351)}, OverRefund),
        ({1: LineRefund(amount=1, thousandths=1)}, RefundRefused),
        ({1: pieces(0)}, RefundRefused),
        ({1: LineRefund(amount=0)}, RefundRefused),
        ({3: REST}, RefundRefused),
        ({}, RefundRefused),
    ],
)
def test_more_than_a_line_has_is_refused_and_nothing_moves(
    sale: Sale, per_line: Any, refused: type[Exception]
) -> None:
    before = books()
    with pytest.raises(refused):
        refund(sale, per_line=per_line)
    assert books() == before
    assert left(sale) == [(99_99, 0), (7_00, 0)]


def test_what_was_refunded_by_amount_is_not_handed_out_again(sale: Sale) -> None:
    refund(sale, per_line={1: 80_00})
    with pytest.raises(OverRefund) as more:
        refund(sale, per_line={1: pieces(2)})
    assert more.value.facts["left"] == 19_99
    assert refund(sale, per_line={1: pieces(3)}).amount == 19_99
    assert left(sale)[0] == (0, 3_000)


def test_lines_by_quantity_are_once_for_a_key(sale: Sale) -> None:
    first = refund(sale, per_line={1: pieces(1)}, key="once")
    again = refund(sale, per_line={1: pieces(1)}, key="once")
    assert again.pk == first.pk
    assert left(sale)[0] == (66_66, 1_000)
