"""A bill of several lines is one visit, however its rows stand in the file."""

import random
from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse

from imports import services as imports_services
from imports.errors import RowsAreBad
from imports.models import ImportJob
from ledger.kinds import AccountKind
from members.models import Member
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.models import Visit, VisitLine
from stores.models import Store
from tests.factories.imports import head_office, uploaded
from tests.factories.stores import NOON, StoreFactory, signed_in
from tests.imports.conftest import (
    Write,
    balances,
    bring,
    counts,
    every_table,
    look,
    whys,
)
from tests.prompt import told

pytestmark = pytest.mark.django_db

HEADER = "customer,date,bill no,category,item,qty,amount"
LINES = [
    "1,2026-01-02 12:30,B1,Tea,Oolong,1,18.00",
    "1,2026-01-02 12:30,B1,Tea,Oolong,1,18.00",
    "2,2026-01-02 12:31,B2,Food,Noodles,2,50.00",
    "1,2026-01-02 12:30,B1,Food,Dumplings,1,22.00",
    "1,2026-01-03 12:30,B1,Tea,Oolong,1,18.00",
]


def bills() -> list[tuple[int, int, int]]:
    """The amount, the lines and the pieces of each visit, in the order of days."""
    return [
        (
            visit.amount,
            visit.lines.count(),
            visit.lines.aggregate(n=Sum("quantity", default=0))["n"],
        )
        for visit in Visit.objects.order_by("at", "pk")
    ]


def test_rows_of_one_bill_are_one_visit_with_its_lines(hq: Store, write: Write) -> None:
    outcome = bring("sales", write(HEADER, *LINES))

    assert counts(outcome) == {"new": 5}
    assert (outcome.preview["bills"], outcome.preview["members"]) == (3, 2)
    # The number begins anew each day; a basket has two of the same.
    assert bills() == [(58_00, 3, 3), (50_00, 1, 2), (18_00, 1, 1)]
    line = VisitLine.objects.get(name="Noodles")
    assert (line.sku, line.category, line.quantity) == ("Noodles", "Food", 2)
    guest = Visit.objects.order_by("pk")[0].member_id
    found = recognition_selectors.favourites(member_id=guest, shown=2)
    assert [favourite.name for favourite in found] == ["Oolong", "Dumplings"]


def test_the_same_lines_again_change_nothing_in_any_order(
    hq: Store, write: Write
) -> None:
    bring("sales", write(HEADER, *LINES))
    before = every_table()
    shuffled = random.Random(3).sample(LINES, len(LINES))
    assert counts(bring("sales", write(HEADER, *shuffled))) == {"same": 5}
    after = every_table()
    assert {name for name in after if after[name] != before[name]} == {
        "stores_auditevent"
    }


def test_the_dry_run_says_how_many_bills_it_sees_and_shows_three(
    hq: Store, write: Write
) -> None:
    more = "3,2026-01-05 09:00,B7,Tea,Oolong,1,1.00"
    outcome, _rows = look("sales", write(HEADER, *LINES, more))
    seen = outcome.preview
    assert (seen["bills"], seen["members"], seen["other_sums"]) == (4, 3, 0)
    assert [
        (one["bill"], one["member"], one["store"], one["lines"], one["amount"])
        for one in seen["examples"]
    ] == [
        ("B1", "1", "HQ", 3, 58_00),
        ("B2", "2", "HQ", 1, 50_00),
        ("B1", "1", "HQ", 1, 18_00),
    ]
    assert not Visit.objects.exists()


def test_without_numbers_member_store_and_moment_make_the_bill(
    hq: Store, write: Write
) -> None:
    StoreFactory.create(code="TWO")
    path = write(
        "customer,date,store,item,amount",
        "1,2026-01-02 12:30:05,HQ,Tea,5",
        "2,2026-01-02 12:30:05,HQ,Tea,5",
        "1,2026-01-02 12:30:05,TWO,Tea,5",
        "1,2026-01-02 12:30:05,HQ,Cake,7",
        "1,2026-01-02 12:30:06,HQ,Tea,5",
    )
    bring("sales", path)
    assert sorted(bills()) == [(5_00, 1, 1), (5_00, 1, 1), (5_00, 1, 1), (12_00, 2, 2)]
    assert counts(bring("sales", path)) == {"same": 5}


def test_a_file_that_names_no_item_and_no_hour_is_a_visit_a_row(
    hq: Store, write: Write
) -> None:
    """Two purchases of a day are two visits, unless the file says the moment."""
    days = write("customer,date,amount", "1,2026-01-02,5", "1,2026-01-02,6")
    bring("sales", days)
    assert len(bills()) == 2
    hours = write(
        "customer,date,amount", "2,2026-01-02 12:30:01,5", "2,2026-01-02 12:30:01,6"
    )
    bring("sales", hours)
    assert [amount for amount, _n, _m in bills()].count(11_00) == 1
    items = write(
        "customer,date,amount,item", "3,2026-01-02,5,Tea", "3,2026-01-02,6,Cake"
    )
    bring("sales", items)
    assert len(bills()) == 4


def test_a_row_is_what_it_is_said_to_be(hq: Store, write: Write) -> None:
    path = write(
        "customer,date,amount,bill no",
        "1,2026-01-02,5,B1",
        "1,2026-01-02,7,B1",
        "1,2026-01-02,7,B1",
    )
    bad = (
        "3: Line 2 says something else of this bill. If each row is a line of a bill,"
        " say so."
    )
    assert whys("sales", path)[0] == bad
    bring("sales", path, rows="lines")
    assert bills() == [(19_00, 0, 0)]
    items = write(HEADER, *LINES)
    assert whys("sales", items, rows="bills", source="other")[0].startswith(
        "5: Line 2 says something"
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            ["1,2026-01-02,B1,HQ,T1,Tea,5,12", "2,2026-01-02,B1,HQ,T1,Cake,7,12"],
            ["3: Line 2 gives this bill to another member."],
        ),
        (
            ["1,2026-01-02,B1,HQ,T1,Tea,5,12", "1,2026-01-02,B1,HQ,T1,Cake,7,13"],
            ["3: Line 2 gives this bill another total."],
        ),
        (
            ["1,2026-01-02,B1,HQ,T1,Tea,-5,", "1,2026-01-02,B1,HQ,T1,Cake,3,"],
            [
                "2: The lines of this bill add up to less than zero.",
                "3: The lines of this bill add up to less than zero.",
            ],
        ),
        # Another till and another store: other bills of the same number.
        (["1,2026-01-02,B1,HQ,T1,Tea,5,", "2,2026-01-02,B1,HQ,T2,Tea,5,"], []),
        (["1,2026-01-02,B1,HQ,T1,Tea,5,", "2,2026-01-02,B1,TWO,T1,Tea,5,"], []),
    ],
)
def test_rows_that_contradict_their_bill_are_named(
    hq: Store, write: Write, lines: list[str], why: list[str]
) -> None:
    StoreFactory.create(code="TWO")
    path = write("customer,date,bill,store,till,item,amount,order total", *lines)
    before = every_table()
    assert whys("sales", path) == why
    if why:
        with pytest.raises(RowsAreBad):
            bring("sales", path)
        assert every_table() == before


def test_the_total_is_what_was_paid_and_other_sums_are_counted(
    hq: Store, write: Write
) -> None:
    path = write(
        "customer,date,bill,item,unit price,qty,amount,order total",
        "1,2026-01-02,B1,Tea,5,2,10,15",
        "1,2026-01-02,B1,Cake,,1,8,15",
        "1,2026-01-02,B2,Tea,5,2,,",
        "1,2026-01-02,B3,Ham,12.50,0.35,,",
        "1,2026-01-02,B3,Taken off,,1,-1,",
    )
    outcome = bring("sales", path)
    assert outcome.preview["other_sums"] == 1
    # A weight is one piece; what was taken off is no item that was sold.
    assert bills() == [(15_00, 2, 3), (10_00, 1, 2), (3_38, 1, 1)]


def test_a_bill_that_was_brought_otherwise_is_not_brought_twice(
    hq: Store, write: Write
) -> None:
    bring("sales", write(HEADER, *LINES[:3]))
    before = every_table()
    longer = write(HEADER, *LINES)
    assert (
        whys("sales", longer)[0] == "2: This bill was brought in before, and differs."
    )
    with pytest.raises(RowsAreBad):
        bring("sales", longer)
    assert every_table() == before


def test_a_bill_of_the_time_of_unique_numbers_is_known(hq: Store, write: Write) -> None:
    """Visits brought before numbers began anew each day keep their former name."""
    bring("sales", write("customer,date,amount", "1,2026-02-02,5"))
    first = Visit.objects.get()
    recognition_services.load_visits(
        rows=[
            recognition_services.VisitRow(
                member_id=first.member_id,
                store_id=hq.pk,
                at=first.at,
                business_date=date(2026, 1, 2),
                amount=5_00,
                source="import",
                reference="old:#B1",
            )
        ]
    )
    path = write("customer,date,amount,bill", "1,2026-01-02,5,B1")
    assert counts(bring("sales", path)) == {"same": 1}
    other_day = write("customer,date,amount,bill", "1,2026-01-03,5,B1")
    assert counts(bring("sales", other_day)) == {"new": 1}
    assert Visit.objects.filter(business_date=date(2026, 1, 3)).count() == 1


def test_a_member_without_a_number_is_shown_by_a_masked_phone(
    hq: Store, write: Write
) -> None:
    path = write("phone,date,amount,item", "13800001234,2026-01-02,5,Tea")
    outcome, _rows = look("sales", path)
    (example,) = outcome.preview["examples"]
    assert example["member"] == ""
    assert example["phone"].endswith("1234")
    assert "13800001234" not in str(outcome.preview)


def test_the_points_of_a_bill_are_earned_once(hq: Store, write: Write) -> None:
    path = write(HEADER, *LINES[:2])
    bring("sales", path, points=True)
    bring("sales", path, points=True)
    member = Member.objects.get()
    assert balances()[member.pk, AccountKind.POINTS] == 36


def test_the_console_says_what_it_saw(hq: Store, write: Write) -> None:
    path = write(HEADER, *LINES)
    said = told("import_sales", str(path), "--store=HQ", "--dry-run")
    assert "Bills: 3, of members: 2. Each row is a line of a bill." in said
    assert "Bill B1, When " in said
    assert ", Member 1, Lines 3, Amount ¥58.00" in said


def test_the_page_shows_what_was_seen_in_the_file(hq: Store) -> None:
    job = uploaded(HEADER, *LINES, kind="sales", store="HQ")
    imports_services.work(job_id=job.pk, at=NOON)
    page = reverse("admin:imports_importjob_change", args=[job.pk])
    shown = signed_in(head_office()).get(page).content.decode()
    assert "Bills: 3, of members: 2." in shown
    assert ">¥58.00</td>" in shown
    ImportJob.objects.update(queued_at=NOON - timedelta(days=31))
    imports_services.delete_old_files(at=NOON)
    job.refresh_from_db()
    assert job.preview == {}
