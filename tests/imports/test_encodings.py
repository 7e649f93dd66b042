"""Names come in as they were written, or somebody is asked; never as other letters."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.urls import reverse

from imports import services as imports_services
from imports import tasks
from imports.errors import EncodingUnknown
from imports.models import ImportJob
from imports.options import ImportOptions
from imports.reading import Limits, open_table
from imports.reading.text import CANDIDATES, ENCODINGS, encoding_samples
from members.models import Member
from stores import services as stores_services
from stores.models import Store
from tests.factories.imports import head_office, uploaded
from tests.factories.stores import NOON, signed_in
from tests.imports.conftest import Write, bring, every_table
from tests.prompt import told

pytestmark = pytest.mark.django_db

WESTERN = ["id,name", "A1,Müller", "A2,Zoë", "A3,Plain"]
CHINESE = ["会员号,姓名", "A1,王小明", "A2,李雷"]


@pytest.mark.parametrize(
    ("lines", "encoding", "cell"),
    [
        (WESTERN, "cp1252", "Müller"),
        (CHINESE, "gb18030", "王小明"),
        (["id,name", "A1,陳大文"], "big5", "陳大文"),
        (["id,name", "A1,Łukasz"], "cp1250", "Łukasz"),
        (["id,name", "A1,Иван"], "cp1251", "Иван"),
        (["id,name", "A1,さくら"], "shift_jis", "さくら"),
        (["id,name", "A1,김민준"], "euc-kr", "김민준"),
    ],
)
def test_bytes_without_a_mark_are_shown_in_each_encoding_and_asked_about(
    write: Write, lines: list[str], encoding: str, cell: str
) -> None:
    path = write(*lines, encoding=ENCODINGS[encoding])
    with pytest.raises(EncodingUnknown) as asked, open_table(path):
        pass
    assert cell in asked.value.samples[encoding]
    assert set(asked.value.samples) <= set(CANDIDATES)
    with open_table(path, encoding=encoding) as table:
        assert cell in [cell for row in table.rows for cell in row.cells]


def test_the_command_says_the_names_in_each_and_changes_nothing(
    hq: Store, write: Write
) -> None:
    path = write(*WESTERN, encoding="cp1252")
    before = every_table()
    with pytest.raises(CommandError, match="does not say its encoding"):
        told("import_members", str(path))
    assert every_table() == before
    bring("members", path, encoding="latin1")
    assert Member.objects.filter(name="Müller").exists()


def test_every_encoding_that_can_be_named_reads_what_it_wrote(write: Write) -> None:
    for name, codec in ENCODINGS.items():
        path = write("id,name", "A1,Anna", encoding=codec.replace("-sig", ""))
        with open_table(path, encoding=name) as table:
            assert [list(row.cells) for row in table.rows] == [["A1", "Anna"]], name


def test_a_sample_is_short_and_shows_no_control_signs(write: Write) -> None:
    path = write("id,name", f"A1,\x85{'é' * 100}", encoding="latin-1")
    for cells in encoding_samples(path, Limits()).values():
        assert all(len(cell) <= 30 and cell.isprintable() for cell in cells)


def test_the_page_shows_the_names_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks, "send", lambda job: sent.append(job.pk))
    office = signed_in(head_office())
    pages = reverse("admin:imports_importjob_changelist")
    content = "\n".join(WESTERN).encode("cp1252") + b"\n"
    typed: dict[str, Any] = {"kind": "members", "source": "old"}
    typed["file"] = SimpleUploadedFile("members.csv", content)

    answer = office.post(f"{pages}upload/", typed)

    job = ImportJob.objects.get()
    assert answer.headers["Location"] == f"{pages}{job.pk}/options/"
    assert (job.status, sent) == ("refused", [])
    assert "Müller" not in job.refusal
    page = office.get(answer.headers["Location"]).content.decode()
    assert "cp1252: Müller, Zoë" in page
    assert not re.search(r'name="encoding"[^>]*\schecked[ >=]', page)
    office.post(answer.headers["Location"], {"encoding": ""})
    assert (ImportJob.objects.get().status, sent) == ("refused", [])
    office.post(answer.headers["Location"], {"encoding": "cp1252"})
    job.refresh_from_db()
    assert (job.status, job.options["encoding"], sent) == (
        "to_check",
        "cp1252",
        [job.pk],
    )
    assert job.options["source"] == "old"
    imports_services.work(job_id=job.pk, at=NOON)
    job.refresh_from_db()
    assert (job.status, job.counts["new"]) == ("checked", 3)


@pytest.mark.parametrize(
    ("day", "order", "status"),
    [("24.12.2025", "dmy", "to_check"), ("03.04.2025", "", "refused")],
)
def test_the_rest_is_found_anew_once_an_encoding_is_named(
    monkeypatch: pytest.MonkeyPatch, day: str, order: str, status: str
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks, "send", lambda job: sent.append(job.pk))
    office = signed_in(head_office())
    lines = ["id;name;phone;principal;joined", f"A1;Müller;;12,50;{day}"]
    content = "\n".join(lines).encode("cp1252") + b"\n"
    typed: dict[str, Any] = {"kind": "members", "source": "old"}
    typed["file"] = SimpleUploadedFile("members.csv", content)
    answer = office.post(reverse("admin:imports_importjob_upload"), typed)

    office.post(answer.headers["Location"], {"encoding": "cp1252"})

    job = ImportJob.objects.get()
    assert (job.status, job.options["date_format"]) == (status, order)
    assert job.options["decimal_comma"] is True
    assert sent == ([job.pk] if status == "to_check" else [])


def test_what_a_person_says_of_a_file_is_not_found_anew() -> None:
    job = uploaded("id;name;principal", "A1;Anna;12,50")
    assert job.options["decimal_comma"] is True
    ImportJob.objects.update(status="checked")
    said = ImportOptions.from_json({**job.options, "decimal_comma": False})
    by = stores_services.act(staff=job.uploaded_by, at=NOON)

    imports_services.change_options(job_id=job.pk, options=said, by=by, at=NOON)

    job.refresh_from_db()
    assert (job.status, job.options["decimal_comma"]) == ("to_check", False)
