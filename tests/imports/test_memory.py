"""However long the file, what is held of it stays the same."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from imports.kinds import KINDS
from imports.reading import Limits, open_table
from imports.services.run import make_context
from imports.services.staging import make_tables, stage
from stores.models import Store
from tests.factories.ledger import an_act
from tests.factories.stores import NOON
from tests.imports.conftest import Write, options

ROWS = 30_000
MOST = 6 * 1024 * 1024  # the rows themselves would be some thirty megabytes


def peak_of_reading(path: Path) -> int:
    tracemalloc.start()
    try:
        with open_table(path) as table:
            assert sum(1 for _row in table.rows) == ROWS
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_text_is_read_in_little_memory(write: Write) -> None:
    lines = (f"{n:07},2026-01-02,{n % 100}.50,Name {n}" for n in range(ROWS))
    path = write("customer,date,amount,name", *lines)
    assert peak_of_reading(path) < MOST


def test_a_long_workbook_is_read_in_little_memory(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["customer", "date", "amount", "name"])
    for number in range(ROWS):
        sheet.append([f"{number:07}", date(2026, 1, 2), 9.5, f"Name {number}"])
    book.save(tmp_path / "long.xlsx")
    assert peak_of_reading(tmp_path / "long.xlsx") < MOST


@pytest.mark.django_db
def test_a_long_file_is_staged_in_little_memory(hq: Store, write: Write) -> None:
    lines = (f"{n:07},2026-01-02,{n % 100}.50" for n in range(ROWS))
    path = write("customer,date,amount", *lines)
    kind = KINDS["sales"]
    context = make_context(
        options=options(), by=an_act(), at=NOON, tell=lambda *_told: None
    )
    make_tables(kind)
    tracemalloc.start()
    try:
        assert stage(kind, path, context, Limits()) == ROWS
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()
