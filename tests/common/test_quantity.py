"""Quantities: exact, in thousandths."""

import re

import pytest

from common.quantity import parse_quantity, plain_quantity


@pytest.mark.parametrize(
    ("written", "thousandths"),
    [("1", 1_000), ("0.35", 350), ("0.350", 350), ("12.005", 12_005), ("0", 0)],
)
def test_a_quantity_is_read_exactly(written: str, thousandths: int) -> None:
    assert parse_quantity(written) == thousandths
    assert parse_quantity(plain_quantity(thousandths)) == thousandths


@pytest.mark.parametrize("wrong", ["", ".5", "1.", "1.0005", "1e3", "-1", "１", "1,5"])
def test_what_is_no_quantity_is_none(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        parse_quantity(wrong)
