"""A history is played whole, and whatever is lost or doubled is seen."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from benchmarks.replay.history import Item, LineRefused, Purchase, of_each, read
from benchmarks.replay.judge import faults, sums
from benchmarks.replay.play import Guest, reference
from benchmarks.replay.tally import Tally
from checkout.models import Sale
from imports.options import ImportOptions, mapping_from
from tests.benchmarks.quickly import surroundings
from tests.factories.checkout import a_sale
from tests.factories.stores import NOON

# Two stores, bills of several lines, somebody unknown, a bill of nothing.
BILLS = """会员号,消费日期,金额,门店,单号,菜品,数量
a,2025-03-01,36.00,新天地,1,小笼包,2
a,2025-03-01,18.50,新天地,1,豆浆,1
b,2025-03-01,120.00,静安,,,
,2025-03-02,45.00,静安,,,
,2025-03-02,0.00,新天地,,,
b,2025-02-01,80.00,新天地,,,
"""
SHOWN = (
    "| sales ",
    "| gross ",
    "| points earned, spent ",
    "| stored value spent ",
    "| refused ",
    "| sales a second ",
    "| sale ",
    "None lost, none doubled; the books are proven.",
)


def file_of(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.long
def test_a_quick_run_plays_every_purchase_once(tmp_path: Path) -> None:
    rows = [
        f"{n % 7},2025-01-{n % 28 + 1:02d},{'0.00' if n == 9 else f'{20 + n}.50'}"
        for n in range(40)
    ]
    path = file_of(tmp_path, "\n".join(["buyer,bought,paid", *rows]))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.replay", str(path)),
            *("--map", "buyer=member", "--map", "bought=date", "--map", "paid=amount"),
            *("--tills", "6", "--trouble", "300", "--slips", "200"),
        ],
        cwd=settings.BASE_DIR,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for words in SHOWN:
        assert words in done.stdout
    assert "40 purchases of 7 members" in done.stdout
    assert done.stdout.count("| sales                | 40 ") == 1


def test_lines_of_one_bill_are_one_purchase_and_the_order_is_the_files(
    tmp_path: Path,
) -> None:
    purchases = read(file_of(tmp_path, BILLS), ImportOptions(source="replay"))

    assert [purchase.gross for purchase in purchases] == [
        *(54_50, 120_00, 45_00, 0, 80_00)
    ]
    assert purchases[0].bill["lines"] == [
        {"name": "小笼包", "quantity": 2, "unit_price": 18_00},
        {"name": "豆浆", "quantity": 1, "unit_price": 18_50},
    ]
    assert purchases[1].bill == {"gross": 120_00}
    assert "lines" in purchases[3].bill  # only so may it be told: nothing
    assert [[p.number for p in of_one] for of_one in of_each(purchases)] == [
        *([1], [2, 5], [3], [4])
    ]
    assert [purchase.store for purchase in purchases][:2] == ["新天地", "静安"]


def test_a_line_that_is_no_purchase_is_named(tmp_path: Path) -> None:
    path = file_of(tmp_path, "customer,when,amount\n1,2025-01-01,ten\n")
    options = ImportOptions(source="replay", mapping=mapping_from(["when=date"]))

    with pytest.raises(LineRefused, match="Line 2: Amount is not a number"):
        read(path, options)


def judged(tally: Tally, *purchases: Purchase) -> list[str]:
    guests = [Guest(1, purchases)]
    return faults(purchases, guests, tally, sums())


def bought(number: int, gross: int) -> Purchase:

    return Purchase(number, "", "", NOON, [Item("", 1, gross)])


def sold(purchase: Purchase, gross: int = 0, **facts: Any) -> Sale:
    return a_sale(gross or purchase.gross, reference=reference(purchase), **facts)


@pytest.mark.django_db
def test_what_is_lost_doubled_or_other_than_told_is_seen() -> None:
    first, second = bought(1, 30_00), bought(2, 40_00)
    tally, row = Tally(), sold(first)
    tally.told(tally.sales, reference(first), str(row.pk))
    assert judged(tally, first) == []

    assert "sales, lost: 1, such as replay-0000002" in judged(tally, first, second)
    other = sold(second, gross=41_00)
    found = judged(tally, first, second)
    assert "sales, differ: 1, such as replay-0000002" in found
    assert "gross is 7100, not 7000" in found
    assert "told sales, too many: 1, such as replay-0000002" in found
    tally.told(tally.sales, reference(first), str(other.pk))
    found = judged(tally, first)
    assert any("was done twice" in words for words in found)
    assert "sales, too many: 1, such as replay-0000002" in found
    sold(first)
    assert "sales: replay-0000001 is there twice" in judged(tally, first, second)
