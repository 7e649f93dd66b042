"""Imports in the admin: for head office, by their steps, and for nobody by forgery."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports import services as imports_services
from imports import tasks
from imports.admin import jobs
from imports.models import ExternalRef, ImportJob
from members.models import Member
from stores.models import AuditEvent
from tests.factories.imports import head_office, uploaded
from tests.factories.stores import NOON, UserFactory, signed_in
from tests.imports.conftest import every_table
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db

ROWS = "id,name,points\nA1,王,5\nA2,=cmd|calc,x\n"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(tasks, "send", lambda job: told.append(job.pk))
    return told


def page(verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:imports_importjob_{verb}", args=args)


def typed(text: str = ROWS, **fields: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("members.csv", text.encode())
    return {"kind": "members", "source": "old", "file": file, **fields}


def work(job: ImportJob) -> ImportJob:
    imports_services.work(job_id=job.pk, at=NOON)
    job.refresh_from_db()
    return job


def test_a_file_is_uploaded_looked_through_mended_and_applied(sent: list[int]) -> None:
    office = signed_in(head_office())

    answer = office.post(page() + "upload/", typed())
    job = ImportJob.objects.get()
    assert answer.headers["Location"] == page("change", job.pk)
    assert sent == [job.pk]
    shown = office.get(page("change", job.pk)).content.decode()
    assert "waiting for its dry run" in shown
    assert f"/{job.pk}/progress/" in shown

    work(job)
    shown = office.get(page("change", job.pk)).content.decode()
    assert "Points is not a number." in shown
    report = office.get(page() + f"{job.pk}/report/")
    lines = b"".join(report.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # it streams
    assert lines[1] == "2,A1,new,"
    assert lines[2] == "3,A2,bad,Points is not a number."
    refused = office.post(page() + f"{job.pk}/apply/", {})
    assert "cannot be started now" in refused.content.decode()
    assert not Member.objects.exists()

    office.post(page() + "upload/", typed(ROWS.replace(",x", ",6")))
    mended = work(ImportJob.objects.latest("pk"))
    office.post(page() + f"{mended.pk}/apply/", {})
    assert work(mended).status == "applied"
    assert Member.objects.count() == 2
    acts = AuditEvent.objects.order_by("pk").values_list("act", flat=True)
    assert [act for act in acts if act.startswith("imports.")] == [
        "imports.uploaded",
        "imports.uploaded",
        "imports.asked_to_apply",
        "imports.applied",
    ]


@pytest.mark.parametrize("role", ["cashier", "store-manager", "marketing", "auditor"])
def test_who_may_not_is_refused_however_they_ask(sent: list[int], role: str) -> None:
    job = work(uploaded("id,name", "A1,王"))
    forger = signed_in(UserFactory.holding(role, is_staff=True))
    before = every_table()

    for path, form in (
        (page() + "upload/", typed()),
        (page() + f"{job.pk}/apply/", {}),
        (page() + f"{job.pk}/check/", {}),
        (page() + "add/", typed()),
        (page("delete", job.pk), {"post": "yes"}),
    ):
        assert forger.post(path, form).status_code in {403, 404}, path
    assert forger.get(page() + f"{job.pk}/file/").status_code == 403
    if role != "auditor":
        for path in (page(), page("change", job.pk), page("progress", job.pk)):
            assert forger.get(path).status_code in {403, 404}, path
        assert forger.get(page() + f"{job.pk}/report/").status_code in {403, 404}

    job.refresh_from_db()
    assert (job.status, sent) == ("checked", [])
    after = every_table()
    assert {t for t in after if after[t] != before[t]} <= {"django_session"}


def test_nobody_edits_a_job_or_a_reference() -> None:
    job = uploaded("id", "A1")
    office = signed_in(head_office())
    answer = office.post(page("change", job.pk), {"status": "applied"})
    assert answer.status_code in {302, 403}
    job.refresh_from_db()
    assert job.status == "to_check"
    references = reverse("admin:imports_externalref_changelist")
    assert office.get(references).status_code == 200
    assert office.post(references + "add/", {}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "Old System"}, "small letters"),
        ({"mapping": "customer"}, "Write a mapping"),
        ({"decimals": "9"}, "less than or equal to 6"),
        ({"store": "nowhere"}, "valid choice"),
        ({"kind": "secrets"}, "valid choice"),
        ({"encoding": "ebcdic"}, "valid choice"),
        ({"file": SimpleUploadedFile("empty.csv", b"")}, "empty"),
    ],
)
def test_what_was_typed_wrongly_is_a_sentence_and_keeps_nothing(
    sent: list[int], fields: dict[str, Any], sentence: str
) -> None:
    answer = signed_in(head_office()).post(page() + "upload/", typed(**fields))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert (ImportJob.objects.count(), sent) == (0, [])


def test_what_was_chosen_is_read_as_it_was_offered(sent: list[int]) -> None:
    office = signed_in(head_office())
    chosen = {"date_format": "dmy", "minor": "on", "mapping": "customer=id"}
    assert office.post(page() + "upload/", typed(**chosen)).status_code == 302
    address = page("change", ImportJob.objects.get().pk)
    whole = office.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    assert "日期顺序: 日、月、年" in whole
    assert "customer = id" in whole
    for code in ("dmy", "date_format", "True"):
        assert code not in whole


def test_a_file_too_large_is_a_sentence(settings: Any) -> None:
    settings.IMPORT_MOST_BYTES = 5
    answer = signed_in(head_office()).post(page() + "upload/", typed())
    assert "larger than" in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_the_page_asks_again_until_it_is_over(sent: list[int]) -> None:
    job = uploaded("id", "A1")
    office = signed_in(head_office())
    waiting = office.get(page("progress", job.pk))
    assert "hx-get" in waiting.content.decode()
    assert "HX-Refresh" not in waiting.headers
    work(job)
    over = office.get(page("progress", job.pk))
    assert "hx-get" not in over.content.decode()
    assert over.headers["HX-Refresh"] == "true"


def test_the_file_is_handed_back_and_never_shown(sent: list[int]) -> None:
    job = uploaded("id", "<script>alert(1)</script>")
    office = signed_in(head_office())
    answer = office.get(page() + f"{job.pk}/file/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it streams
    Path(imports_services.file_of(job)).unlink()
    assert office.get(page() + f"{job.pk}/file/").status_code == 302
    assert office.get(page() + f"{job.pk}/report/").status_code == 302


def test_the_log_says_who_took_a_file_or_a_report_along(sent: list[int]) -> None:
    job = work(uploaded("id,points", "A1,5", "A2,x"))
    taker = head_office()
    office = signed_in(taker)

    for path, what, rows, file in (
        ("file", f"imports.file:{job.pk}", 2, job.file_name),
        ("report", f"imports.report:{job.pk}", 2, "csv"),
    ):
        answer = office.get(page() + f"{job.pk}/{path}/")
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it streams

        event = AuditEvent.objects.latest("pk")
        assert (event.act, event.staff_id) == ("stores.exported", taker.pk)
        assert event.facts == {"what": what, "rows": rows, "file": file}


def test_the_first_bad_rows_are_shown_and_the_rest_counted(
    sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = work(uploaded("id,points", "<script>,x", "A2,y", "A3,z"))
    monkeypatch.setattr(jobs, "SHOWN", 1)

    shown = signed_in(head_office()).get(page("change", job.pk)).content.decode()

    assert ">&lt;script&gt;</td>" in shown
    assert ">A2</td>" not in shown
    assert "and 2 more: the report names them all" in shown


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_page_opens_in_every_language(sent: list[int], language: str) -> None:
    job = work(uploaded("id,points", "A1,5", "A2,x"))
    office = signed_in(head_office())
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for path in (
        page(),
        page("change", job.pk),
        page() + "upload/",
        page() + f"{job.pk}/apply/",
        page() + f"{job.pk}/check/",
    ):
        assert office.get(path).status_code == 200, path


def test_a_member_is_found_by_an_old_reference() -> None:
    member = Member.objects.create(name="王小明", joined_at=NOON)
    ExternalRef.objects.create(
        source="old", kind="member", reference="A-17", member=member, made_at=NOON
    )
    listed = signed_in(head_office()).get(
        reverse("admin:imports_externalref_changelist") + "?q=A-17"
    )
    assert "王小明" in listed.content.decode()
