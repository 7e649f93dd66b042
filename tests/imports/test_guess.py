"""What a file shows of itself is found; what it leaves open is asked, not assumed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from imports import services as imports_services
from imports import tasks
from imports.guess import guess
from imports.models import ImportJob
from imports.options import ImportOptions
from recognition.models import Visit
from stores.models import Store
from tests.factories.imports import head_office
from tests.factories.stores import NOON, signed_in
from tests.imports.conftest import Write, bring, look, whys

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("dates", "order", "questions"),
    [
        (["2026-01-02", "2026-01-13"], "", []),
        (["02/01/2026", "13/01/2026"], "dmy", []),
        (["02.01.2026 18:05", "13.01.2026 18:05"], "dmy", []),
        (["01/02/2026", "01/13/2026"], "mdy", []),
        (["01/02/2026", "03/04/2026"], "", ["date_format"]),
        (["01/13/2026", "13/01/2026"], "", []),
    ],
)
def test_the_order_of_dates_is_found_or_asked(
    write: Write, dates: list[str], order: str, questions: list[str]
) -> None:
    path = write("customer,date,amount", *(f"1,{day},5" for day in dates))
    found = guess(kind="sales", path=path, options=ImportOptions())
    assert (found.options.date_format, list(found.questions)) == (order, questions)
    assert found.sample_date == ("01/02/2026" if questions else "")


@pytest.mark.parametrize(
    ("amounts", "comma"),
    [
        (["29,33", "5"], True),
        (["1.234,50", "-3,5"], True),
        (["29.33"], False),
        (["29,33", "29.33"], False),
        (["1,234", "5"], False),
    ],
)
def test_decimal_commas_are_found(
    write: Write, amounts: list[str], *, comma: bool
) -> None:
    path = write("customer;date;amount", *(f"1;2026-01-02;{one}" for one in amounts))
    found = guess(kind="sales", path=path, options=ImportOptions())
    assert found.options.decimal_comma == comma


def test_what_was_said_is_not_guessed_anew(write: Write) -> None:
    path = write("customer,date,amount", "1,13/01/2026,5")
    said = ImportOptions(date_format="mdy")
    found = guess(kind="sales", path=path, options=said)
    assert (found.options, list(found.found)) == (said, [])


def test_a_comma_that_nobody_said_is_named_as_what_it_is(
    hq: Store, write: Write
) -> None:
    path = write("customer;date;amount", "1;2026-01-02;29,33")
    assert whys("sales", path) == [
        "2: Amount is written with a comma before the decimals: say so for the file."
    ]


def test_a_day_that_excel_counts_is_named_as_what_it_is(
    hq: Store, tmp_path: Path
) -> None:
    book = Workbook()
    for row in (["customer", "date", "amount"], [1, 46024, 5], [2, 46024.75, 5]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "general.xlsx")
    why = "Date is a day as Excel counts it: format the column as a date."
    assert whys("sales", tmp_path / "general.xlsx") == [f"2: {why}", f"3: {why}"]


def test_the_clock_of_a_file_may_hang_elsewhere(hq: Store, write: Write) -> None:
    path = write("customer,date,amount", "1,2026-01-02 20:00,5")
    bring("sales", path, time_zone="Europe/Berlin")
    visit = Visit.objects.get()
    assert visit.at.isoformat() == "2026-01-02T19:00:00+00:00"
    # Three in the morning in Shanghai still belongs to the evening before.
    assert visit.business_date == date(2026, 1, 2)
    outcome, _rows = look("sales", path, source="other")
    assert outcome.preview["examples"][0]["at"].startswith("2026-01-02T20:00")


def test_the_page_shows_what_was_found_and_lets_it_be_changed(
    hq: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "send", lambda _job: None)
    office = signed_in(head_office())
    pages = reverse("admin:imports_importjob_changelist")
    content = "customer;date;amount\n1;13.01.2026;29,33\n2;02.01.2026;5,00\n"
    typed: dict[str, Any] = {"kind": "sales", "source": "old", "store": "HQ"}
    typed["file"] = SimpleUploadedFile("sales.csv", content.encode())
    office.post(f"{pages}upload/", typed)

    job = ImportJob.objects.get()
    assert (job.options["date_format"], job.options["decimal_comma"]) == ("dmy", True)
    imports_services.work(job_id=job.pk, at=NOON)
    page = office.get(f"{pages}{job.pk}/change/").content.decode()
    assert "Order of dates: day, month, year (found in the file)" in page
    job.refresh_from_db()
    assert (job.status, job.counts["new"]) == ("checked", 2)
    office.post(
        f"{pages}{job.pk}/options/",
        {
            "date_pattern": "%d.%m.%Y",
            "decimal_comma": "on",
            "store": "HQ",
            "time_zone": "Asia/Tokyo",
        },
    )
    job.refresh_from_db()
    assert job.status == "to_check"
    assert job.options["date_format"] == "%d.%m.%Y"
    assert job.options["time_zone"] == "Asia/Tokyo"


def test_a_date_that_could_be_two_is_asked(
    hq: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "send", lambda _job: None)
    office = signed_in(head_office())
    pages = reverse("admin:imports_importjob_changelist")
    typed: dict[str, Any] = {"kind": "sales", "source": "old", "store": "HQ"}
    typed["file"] = SimpleUploadedFile("s.csv", b"id,date,amount\n1,03/02/2026,5\n")
    asked = office.post(f"{pages}upload/", typed).headers["Location"]
    assert "03/02/2026, which could be two days" in office.get(asked).content.decode()
    office.post(asked, {"store": "HQ"})
    assert ImportJob.objects.get().status == "refused"
    office.post(asked, {"store": "HQ", "date_format": "mdy"})
    assert ImportJob.objects.get().status == "to_check"
