"""Columns are found by what people call them, in three languages, or by a mapping."""

import pytest

from imports.columns import COLUMNS, find_places, folded
from imports.errors import ColumnsRefused
from imports.kinds import KINDS


def test_no_name_stands_for_two_columns_of_one_kind() -> None:
    by_word = {column.word: column for column in COLUMNS}
    for kind in KINDS.values():
        names = [name for word in kind.columns for name in by_word[word].names]
        assert len(names) == len(set(names)), kind.word


def test_a_header_is_compared_without_case_and_marks() -> None:
    assert folded(" Customer-ID ") == folded("customer id") == folded("CustomerId")
    assert folded("手机号（必填）") == "手机号必填"


@pytest.mark.parametrize(
    "header",
    [
        ["customer", "date", "quantity", "amount"],
        ["Customer ID", "Order Date", "Qty", "TOTAL"],
        ["会员号", "消费时间", "数量", "实付金额"],
        ["會員編號", "消費日期", "數量", "金額"],
    ],
)
def test_the_columns_of_a_sales_history_are_known(header: list[str]) -> None:
    kind = KINDS["sales"]
    found = find_places(
        header=header, wanted=kind.columns, needed=kind.needed, mapping={}
    )
    assert found.at == {"member": 0, "date": 1, "quantity": 2, "amount": 3}
    assert found.unread == []


def test_a_mapping_goes_before_a_name() -> None:
    kind = KINDS["sales"]
    found = find_places(
        header=["customer", "who", "date", "amount", "note"],
        wanted=kind.columns,
        needed=kind.needed,
        mapping={"Who": "member"},
    )
    assert found.at["member"] == 1
    assert found.unread == ["customer", "note"]


@pytest.mark.parametrize(
    ("header", "mapping", "code"),
    [
        (["a", "b"], {}, "column_missing"),
        (["customer", "date", "amount"], {"who": "member"}, "mapped_column_missing"),
        (["customer", "date", "amount"], {"date": "secret"}, "unknown_column"),
        (
            ["customer", "date", "amount"],
            {"date": "amount", "amount": "amount"},
            "mapped_twice",
        ),
    ],
)
def test_a_column_that_is_not_there_is_named(
    header: list[str], mapping: dict[str, str], code: str
) -> None:
    kind = KINDS["sales"]
    with pytest.raises(ColumnsRefused) as refused:
        find_places(
            header=header, wanted=kind.columns, needed=kind.needed, mapping=mapping
        )
    assert refused.value.code == code
    assert "{" not in str(refused.value)


def test_a_header_of_braces_is_only_text() -> None:
    kind = KINDS["sales"]
    with pytest.raises(ColumnsRefused) as refused:
        find_places(
            header=["{0}", "{header}"],
            wanted=kind.columns,
            needed=kind.needed,
            mapping={},
        )
    assert "{0}, {header}" in str(refused.value)
