"""Cells as values: what is certain is read, what is doubtful is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.errors import OptionRefused
from imports.fates import WHY
from imports.options import ImportOptions, mapping_from
from imports.values import (
    BadCell,
    Reader,
    date_formats,
    reference_of,
    text_of,
    truth_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def reader(**given: Any) -> Reader:
    return Reader(**{"zone": SHANGHAI, "precision": 2, "decimals": 2, **given})


def why(read: Any, *given: Any) -> str:
    with pytest.raises(BadCell) as bad:
        read(*given)
    return bad.value.why


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("29.33", 29_33),
        ("29.3", 29_30),
        ("29", 29_00),
        (".5", 50),
        ("29.", 29_00),
        ("1,234,567.89", 1_234_567_89),
        ("¥ 1,234.50", 1_234_50),
        ("１２．５０", 12_50),
        ("12元", 12_00),
        ("+7", 7_00),
        ("0.10000", 10),
        ("0", 0),
        ("10000000000000", 10**15),
        ("", None),
        ("  ", None),
    ],
)
def test_an_amount_is_whole_cents(written: str, cents: int | None) -> None:
    assert reader().amount(written, "amount") == cents


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        ("29.333", "too_many_decimals"),
        ("-1", "negative"),
        ("−1", "negative"),
        ("(1)", "negative"),
        ("1,23", "decimal_comma"),
        ("1.234,50", "decimal_comma"),
        ("1e5", "not_an_amount"),
        ("0x10", "not_an_amount"),
        ("١٢", "not_an_amount"),
        ("twelve", "not_an_amount"),
        ("1 2", "not_an_amount"),
        ("10000000000000.01", "too_large"),
        ("9" * 39, "too_large"),
        ("9" * 4000, "not_an_amount"),
        (date(2024, 1, 1), "not_an_amount"),
    ],
)
def test_a_doubtful_amount_is_refused(written: Any, refused: str) -> None:
    assert why(reader().amount, written, "amount") == refused


def test_amounts_in_other_ways_of_writing() -> None:
    assert reader(decimal_comma=True).amount("1.234,50", "amount") == 1_234_50
    assert reader(decimal_comma=True).amount("1 234,5", "amount") == 1_234_50
    # With the point passed over, 29.33 would be a hundred times as much.
    for point in ("29.33", "1,234.50", "0.5"):
        assert why(reader(decimal_comma=True).amount, point, "amount") == (
            "decimal_point"
        )
    assert reader().amount("-1.50", "amount", signed=True) == -1_50
    assert reader().amount("(1.50)", "amount", signed=True) == -1_50
    assert reader(minor=True).amount("1234", "amount") == 1234
    assert why(reader(minor=True).amount, "1234.5", "amount") == "too_many_decimals"
    assert reader(decimals=4).amount("1.2350", "amount") == 1_24
    assert reader(decimals=4).amount("1.2349", "amount") == 1_23
    assert reader(precision=0, decimals=0).amount("12", "amount") == 12


@given(cents=st.integers(min_value=0, max_value=10**15))
def test_what_is_written_to_the_cent_is_read_to_the_cent(cents: int) -> None:
    written = f"{cents // 100:,}.{cents % 100:02}"
    assert reader().amount(written, "amount") == cents


@given(text=st.text(max_size=60), comma=st.booleans(), decimals=st.integers(0, 6))
def test_any_text_is_a_value_or_a_bad_cell(
    text: str, *, comma: bool, decimals: int
) -> None:
    some = reader(decimal_comma=comma, decimals=decimals, date_formats=("%d.%m.%Y",))
    reads = (some.amount, some.count, some.day, some.moment, some.end_of)
    for read in (*reads, reference_of, truth_of):
        assert read_or_told(read, text)


def read_or_told(read: Callable[[str, str], object], text: str) -> bool:
    """Whether it is a value or a bad cell with its reason; all else is a crash."""
    try:
        read(text, "amount")
    except BadCell as bad:
        return bad.why in WHY
    return True


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-29",
        "2024/2/29",
        "2024.02.29",
        "20240229",
        "2024年2月29日",
        "２０２４-02-29",
        "2024-02-29 10:30",
        "2024-02-29T10:30:00",
        "2024-02-28T20:00:00Z",
        "2024-02-29T10:30:00.000+08:00",
    ],
)
def test_a_day_whose_year_comes_first_is_certain(written: str) -> None:
    assert reader().moment(written, "date").astimezone(SHANGHAI).date() == date(  # type: ignore[union-attr]  # it is read
        2024, 2, 29
    )


@pytest.mark.parametrize(
    "written",
    ["29/02/2024", "02/29/2024", "2023-02-29", "2024-13-01", "2024-02-29 25:00", "x"],
)
def test_any_other_order_has_to_be_said(written: str) -> None:
    assert why(reader().day, written, "date") == "not_a_date"


def test_the_order_that_is_said_is_read() -> None:
    dmy = reader(date_formats=date_formats("dmy"))
    assert dmy.day("05/04/2024", "date") == date(2024, 4, 5)
    assert dmy.day("2024-04-05", "date") == date(2024, 4, 5)
    assert dmy.moment("05.04.2024 18:30", "date") == datetime(
        2024, 4, 5, 10, 30, tzinfo=UTC
    )
    mdy = reader(date_formats=date_formats("mdy"))
    assert mdy.day("04/05/2024", "date") == date(2024, 4, 5)
    own = reader(date_formats=date_formats("%d %b %y"))
    assert own.day("05 Apr 24", "date") == date(2024, 4, 5)


def test_a_day_far_away_is_a_mistake() -> None:
    assert why(reader().day, "0024-02-03", "date") == "date_out_of_range"
    assert why(reader().day, "3024-02-03", "date") == "date_out_of_range"
    assert why(reader().day, date(1, 1, 1), "date") == "date_out_of_range"


def test_what_is_valid_until_a_day_is_valid_on_it() -> None:
    assert reader().end_of("2026-12-31", "valid_until") == datetime(
        2026, 12, 31, 16, tzinfo=UTC
    )


def test_a_reference_that_a_sheet_has_cut_is_refused() -> None:
    assert reference_of(" 0001 ", "member") == "0001"
    assert why(reference_of, "6.22202E+18", "member") == "digits_cut"
    assert why(reference_of, "x" * 121, "member") == "too_long"
    assert why(reference_of, "#REF!", "member") == "sheet_error"
    assert why(text_of, "a\x07b", "name", 20) == "control_characters"


@pytest.mark.parametrize(
    "given",
    [
        {"source": ""},
        {"source": "Old System"},
        {"source": "x" * 21},
        {"encoding": "ebcdic"},
        {"delimiter": "::"},
        {"date_format": "%Y"},
        {"date_format": "%Q%d%m%Y"},
        {"date_format": "days"},
        {"decimals": 7},
        {"decimals": -1},
    ],
)
def test_an_option_that_means_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(OptionRefused) as refused:
        ImportOptions(**given)
    assert str(refused.value)


def test_options_survive_being_kept() -> None:
    chosen = ImportOptions(source="old-1", mapping={"Kunde": "member"}, decimals=4)
    assert ImportOptions.from_json(chosen.as_json()) == chosen


def test_a_mapping_is_written_as_theirs_equals_ours() -> None:
    pairs = ["customer=member", " a=b = amount "]
    assert mapping_from(pairs) == {"customer": "member", "a=b": "amount"}
    for wrong in ("customer", "=member", "customer="):
        with pytest.raises(OptionRefused):
            mapping_from([wrong])
