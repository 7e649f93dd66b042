"""A sales history: none lost, none doubled, however often it is brought."""

import random
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum

from imports.errors import RowsAreBad
from imports.models import ExternalRef
from members.models import Member
from recognition.models import Visit, VisitLine, VisitSummary
from stores.models import Store
from tests.factories.stores import StoreFactory
from tests.imports.conftest import (
    Write,
    balances,
    bring,
    counts,
    every_table,
    look,
    whys,
)

pytestmark = pytest.mark.django_db


def history(write: Write, rows: int = 300) -> Path:
    """Like the histories that shops export: customer, date, quantity, amount."""
    dice = random.Random(7)
    lines = [
        f"{dice.randint(1, 60):04},"
        f"1997-{dice.randint(1, 12):02}-{dice.randint(1, 28):02},"
        f"{dice.randint(1, 5)},{dice.randint(0, 9999) / 100:.2f}"
        for _row in range(rows)
    ]
    # Somebody bought twice on one day, even the very same.
    lines += ["0001,1997-06-06,1,9.99", "0001,1997-06-06,1,9.99"]
    return write("customer,date,quantity,amount", *lines)


def sum_of(path: Path) -> int:
    rows = path.read_text().splitlines()[1:]
    return sum(int(row.rpartition(",")[2].replace(".", "")) for row in rows)


def test_every_purchase_is_a_visit_and_every_customer_a_member(
    hq: Store, write: Write
) -> None:
    path = history(write)
    customers = {line.split(",")[0] for line in path.read_text().splitlines()[1:]}

    outcome = bring("sales", path)

    assert counts(outcome) == {"new": 302}
    assert Visit.objects.count() == 302
    assert Visit.objects.aggregate(sum=Sum("amount"))["sum"] == sum_of(path)
    assert Member.objects.count() == len(customers)
    assert ExternalRef.objects.count() == len(customers)
    twice = ExternalRef.objects.get(reference="0001").member_id
    assert (
        Visit.objects.filter(member=twice, business_date=date(1997, 6, 6)).count() == 2
    )
    sums = VisitSummary.objects.aggregate(visits=Sum("visits"), spent=Sum("spent"))
    assert sums == {"visits": 302, "spent": sum_of(path)}
    first = Member.objects.get(pk=twice or 0)
    assert first.joined_at == Visit.objects.filter(member=twice).order_by("at")[0].at


def test_the_same_file_again_changes_nothing(hq: Store, write: Write) -> None:
    path = history(write)
    bring("sales", path)
    before = every_table()

    assert counts(bring("sales", path)) == {"same": 302}

    after = every_table()
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"stores_auditevent"}


def test_the_order_of_the_rows_is_no_matter(hq: Store, write: Write) -> None:
    path = history(write)
    bring("sales", path)
    header, *lines = path.read_text().splitlines()
    random.Random(8).shuffle(lines)

    assert counts(bring("sales", write(header, *lines))) == {"same": 302}


def test_a_longer_history_brings_only_what_is_new(hq: Store, write: Write) -> None:
    bring("sales", write("customer,date,amount", "1,2026-01-02,5"))
    longer = write("customer,date,amount", "1,2026-01-02,5", "2,2026-01-02,6")
    assert counts(bring("sales", longer)) == {"same": 1, "new": 1}


def test_a_corrected_amount_is_not_a_second_purchase(hq: Store, write: Write) -> None:
    bring("sales", write("customer,date,amount", "1,2026-01-02,5"))
    corrected = write("customer,date,amount", "1,2026-01-02,6", "1,2026-01-03,1")
    before = every_table()
    with pytest.raises(RowsAreBad):
        bring("sales", corrected)
    assert every_table() == before
    assert whys("sales", corrected) == [
        "2: A sale of this day was brought in before, and differs: give bill numbers."
    ]


def test_bill_numbers_tell_purchases_apart(hq: Store, write: Write) -> None:
    path = write(
        "customer,date,amount,bill no",
        "1,2026-01-02,5,B1",
        "1,2026-01-02,5,B2",
        "1,2026-01-02,5,B1",
        f"2,2026-01-02,5,{'9' * 100}",
    )
    assert counts(bring("sales", path)) == {"new": 3, "duplicate": 1}
    assert counts(bring("sales", path)) == {"same": 3, "duplicate": 1}
    wrong = write(
        "customer,date,amount,bill no", "1,2026-01-02,5,B9", "2,2026-01-02,5,B9"
    )
    assert whys("sales", wrong) == [
        "3: Line 2 says something else of this bill. If each row is a line of a bill,"
        " say so."
    ]


def test_customers_are_also_known_by_phone(hq: Store, write: Write) -> None:
    bring("members", write("会员号,手机", "A1,13800001234"))
    path = write(
        "手机,日期,金额", "138-0000-1234,2026-01-02,5", "13800005678,2026-01-02,6"
    )

    assert whys("sales", path) == [
        "2: The member with this phone came under another reference of this source."
    ]
    assert counts(bring("sales", path, source="till")) == {"new": 2}
    assert Member.objects.count() == 2
    known = Member.objects.get(phone="+8613800001234")
    assert Visit.objects.get(member=known).amount == 5_00


def test_what_was_sold_is_kept_where_it_is_named(hq: Store, write: Write) -> None:
    bring(
        "sales",
        write(
            "customer,date,amount,qty,item",
            "1,2026-01-02,56,2,红烧肉",
            "1,2026-01-03,8,1,",
        ),
    )
    line = VisitLine.objects.get()
    assert (line.name, line.quantity, line.amount) == ("红烧肉", 2, 56_00)


def test_each_row_may_name_its_store_and_its_hour(hq: Store, write: Write) -> None:
    StoreFactory.create(code="TYO", name="东京店", time_zone="Asia/Tokyo")
    path = write(
        "customer,date,amount,store",
        "1,2026-01-02 01:30,5,东京店",
        "1,2026-01-02 12:00,5,hq",
        "1,2026-01-02 12:00,5,nowhere",
    )
    assert whys("sales", path) == ["4: There is no store of this code or name."]
    path.write_text("\n".join([*path.read_text().splitlines()[:3], ""]))
    bring("sales", path)
    visits = Visit.objects.order_by("at")
    # Half past one belongs to the business day before.
    assert [visit.business_date.day for visit in visits] == [1, 2]
    assert [visit.store.code for visit in visits] == ["TYO", "HQ"]


def test_bad_rows_are_named_with_their_lines(hq: Store, write: Write) -> None:
    path = write(
        "customer,date,amount",
        "1,2026-01-02,5",
        ",2026-01-02,5",
        "1,02/01/2026,5",
        "1,2026-01-02,",
        "1,2026-01-02,-5",
        "1,2999-01-02,5",
        "1,2026-01-02,5.001",
        "1,2026-12-31,5",
        "1,2026-01-02",
        "x\x07,2026-01-02,5",
    )
    assert whys("sales", path) == [
        "3: Neither a reference nor a phone says whose row this is.",
        "4: Date is not a date in the order that was given.",
        "5: Amount is empty.",
        "6: Amount is below zero.",
        "7: Date lies too far away.",
        "8: Amount has more decimals than the currency.",
        "9: Date lies in the future.",
        "10: Amount is empty.",
        "11: Member’s reference holds characters that cannot be read.",
    ]
    before = every_table()
    with pytest.raises(RowsAreBad):
        bring("sales", path)
    assert every_table() == before


def test_without_a_store_no_visit_has_a_place(hq: Store, write: Write) -> None:
    path = write("customer,date,amount", "1,2026-01-02,5")
    assert whys("sales", path, store="") == [
        "2: No store is named, and none was chosen for the file."
    ]


def test_a_dry_run_changes_nothing_and_says_the_same(hq: Store, write: Write) -> None:
    path = history(write)
    before = every_table()
    outcome, rows = look("sales", path)
    assert every_table() == before
    assert counts(outcome) == {"new": 302}
    assert [row[0] for row in rows] == [str(line) for line in range(2, 304)]
    assert counts(bring("sales", path)) == counts(outcome)


def test_sales_earn_points_only_when_asked(hq: Store, write: Write) -> None:
    path = write("customer,date,amount", "1,2026-11-02,25.90", "1,2026-11-03,0")
    bring("sales", path)
    assert balances() == {}

    path = write("customer,date,amount", "2,2026-11-02,25.90", "2,2026-11-03,0")
    bring("sales", path, points=True)
    member = ExternalRef.objects.get(reference="2").member_id
    assert balances()[member or 0, "points"] == 25
    bring("sales", path, points=True)
    assert balances()[member or 0, "points"] == 25
