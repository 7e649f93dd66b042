"""Files that leave the house cannot run anything where they are opened."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from common import exports

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM",
    '=HYPERLINK("http://example.com")',
    "\x01=1+1",
    "\x7f=1",
    "\x85=1",
    "\ufeff=1",
    "\u200b=1",
    "\u200d\u200c+1",
    "\u202e=1",
    "\u2066@SUM(A1)",
    "\u00ad-1",
    "\u2060＝1",
    "\u00a0=1",
    "\u3000＝1",
    "\u2028=1",
    "\u3164=1",
    "\ufe0f=1",
    "\x01 \u200b\t=1",
    "\u2212" + "1",
    "﹢1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_that_would_run_is_quoted(text: str) -> None:
    cell = exports.safe_cell(text)
    assert isinstance(cell, str)
    assert cell.startswith("'")


@pytest.mark.parametrize("hidden", ["\x01", "\x00", "\u200b", "\u202e", "\ufeff"])
def test_what_is_not_seen_leaves_no_trace(hidden: str) -> None:
    assert exports.safe_cell(f"{hidden}陈{hidden}玉兰{hidden}") == "陈玉兰"


def test_lines_of_an_address_stay_lines() -> None:
    assert exports.safe_cell("1 Main St\nSpringfield") == "1 Main St\nSpringfield"


@pytest.mark.parametrize(
    "value", [5, -5, 2.5, None, True, "陈玉兰", "a=b", "", "7 - 3"]
)
def test_what_is_harmless_stays_as_it_is(value: object) -> None:
    assert exports.safe_cell(value) == value


def test_a_moment_is_written_whole() -> None:
    moment = datetime(2026, 11, 22, 4, 5, 6, 789, tzinfo=UTC)
    assert exports.safe_cell(moment) == "2026-11-22T04:05:06+00:00"


@given(text=st.text())
def test_no_text_at_all_begins_as_a_formula(text: str) -> None:
    cell = str(exports.safe_cell(text))
    assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert cell[:1] not in tuple("\t\r\n\x00")


def test_csv_is_read_back_as_it_was() -> None:
    rows: list[list[object]] = [["陈, 玉兰", 5], ['say "hi"', -5], ["=1+1", None]]
    text = "".join(exports.csv_lines(["name", "amount"], rows))
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert read == [
        ["name", "amount"],
        ["陈, 玉兰", "5"],
        ['say "hi"', "-5"],
        ["'=1+1", ""],
    ]


def test_csv_is_sent_while_the_rows_are_read() -> None:
    taken = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            taken.append(number)
            yield [number]

    lines = exports.csv_lines(["n"], rows())
    assert [next(lines) for _ in range(3)][-1] == "0\r\n"
    assert taken == [0]


def test_a_workbook_holds_text_and_numbers_and_no_formula() -> None:
    with exports.xlsx_file(["a"], [[text] for text in HOSTILE] + [[7]]) as file:
        sheet = load_workbook(file).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows()]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert cells[-1].value == 7
