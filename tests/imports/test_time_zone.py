"""In which time zone the moments of a file are read, shown before they are."""

from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import Workbook

from imports import services as imports_services
from imports import tasks
from imports.models import ImportJob
from stores.models import Store
from tests.factories.imports import head_office, uploaded
from tests.factories.stores import NOON, StoreFactory, signed_in
from tests.imports.conftest import Write, look
from tests.prompt import told

pytestmark = pytest.mark.django_db

HEAD = "customer,date,amount"


@pytest.mark.parametrize(
    ("moments", "is_offset"),
    [
        (["2026-01-02 20:00", "2026-01-03 09:30"], "none"),
        (["2026-01-02T20:00:00Z", "2026-01-03T01:00+08:00"], "all"),
        (["2026-01-02T20:00:00Z", "2026-01-03 09:30"], "some"),
        (["2026-01-02", "20260103"], "none"),
    ],
)
def test_offsets_in_the_file_are_found(
    hq: Store, write: Write, moments: list[str], is_offset: str
) -> None:
    path = write(HEAD, *(f"1,{one},5" for one in moments))
    seen = look("sales", path)[0].preview["moments"]
    assert (seen["is_offset"], seen["zone"]) == (is_offset, "Asia/Shanghai")
    assert [one["written"] for one in seen["examples"]] == moments


def test_three_different_moments_show_the_day_they_fall_on(
    hq: Store, write: Write
) -> None:
    # Half past one at night is the day before's business; 20:00Z is past four there.
    path = write(
        HEAD,
        "1,2026-01-02 01:30,5",
        "2,2026-01-02 01:30,5",
        "3,rubbish,5",
        "4,2026-01-02T20:00:00Z,5",
        "5,2026-01-02,5",
        "6,2026-01-04,5",
    )
    seen = look("sales", path)[0].preview["moments"]
    assert [(one["at"], one["business_date"]) for one in seen["examples"]] == [
        ("2026-01-02T01:30:00+08:00", "2026-01-01"),
        ("2026-01-03T04:00:00+08:00", "2026-01-03"),
        ("2026-01-02T12:00:00+08:00", "2026-01-02"),
    ]


def test_each_store_reads_by_its_own_clock_unless_one_is_chosen(
    hq: Store, write: Write
) -> None:
    StoreFactory.create(code="NY", time_zone="America/New_York")
    path = write("customer,store,date,amount", "1,NY,2026-01-02 20:00,5")
    seen = look("sales", path)[0].preview["moments"]
    assert seen["zone"] == ""
    assert seen["examples"][0]["at"] == "2026-01-02T20:00:00-05:00"
    seen = look("sales", path, time_zone="Europe/Berlin")[0].preview["moments"]
    assert seen["zone"] == "Europe/Berlin"
    assert seen["examples"][0]["at"] == "2026-01-02T14:00:00-05:00"


def test_a_file_without_moments_says_nothing_of_clocks(hq: Store, write: Write) -> None:
    assert "moments" not in look("members", write("id,name", "A1,Anna"))[0].preview


def test_a_workbook_shows_its_moments_too(hq: Store, tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEAD.split(","), ["1", NOON.replace(tzinfo=None), 5]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "book.xlsx")
    seen = look("sales", tmp_path / "book.xlsx")[0].preview["moments"]
    written = NOON.replace(tzinfo=None).isoformat(" ")
    assert [one["written"] for one in seen["examples"]] == [written]


def test_the_command_says_the_zone_and_the_weekday(hq: Store, write: Write) -> None:
    path = write(HEAD, "1,2026-01-02 01:30,5")
    said = told("import_sales", str(path), "--store=HQ", "--dry-run")
    assert "Time zone in which its times are read: Asia/Shanghai." in said
    assert "2026-01-02 01:30 → Friday, 2 Jan 2026, 01:30, HQ, 1 Jan 2026" in said
    said = told("import_sales", str(path), "--store=HQ", "--dry-run", "--time-zone=UTC")
    assert "→ Friday, 2 Jan 2026, 09:30, HQ, 2 Jan 2026" in said


def test_the_page_shows_the_zone_and_lets_another_be_chosen(
    hq: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "send", lambda _job: None)
    job = uploaded(HEAD, "1,2026-01-02 01:30,5", kind="sales", store="HQ")
    imports_services.work(job_id=job.pk, at=NOON)
    office = signed_in(head_office())
    pages = reverse("admin:imports_importjob_changelist")
    page = office.get(f"{pages}{job.pk}/change/").content.decode()
    assert "Time zone in which its times are read: Asia/Shanghai." in page
    assert "Friday, " in page
    form = office.get(f"{pages}{job.pk}/options/").content.decode()
    assert "each store’s own (Asia/Shanghai)" in form
    office.post(
        f"{pages}{job.pk}/options/", {"store": "HQ", "time_zone": "Europe/Berlin"}
    )
    imports_services.work(job_id=job.pk, at=NOON)
    page = office.get(f"{pages}{job.pk}/change/").content.decode()
    assert "Time zone in which its times are read: Europe/Berlin." in page
    assert ImportJob.objects.get().preview["moments"]["examples"][0]["at"] == (
        "2026-01-02T08:30:00+08:00"
    )
