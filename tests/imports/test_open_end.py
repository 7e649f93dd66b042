"""A file that was cut in its last cell is noticed, and somebody is asked."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.urls import reverse

from imports import services as imports_services
from imports import tasks
from imports.errors import LastRowMayBeCut
from imports.models import ImportJob
from imports.options import ImportOptions
from ledger.kinds import AccountKind
from members.models import Member
from stores import services as stores_services
from stores.models import Store
from tests.factories.imports import head_office
from tests.factories.stores import NOON, signed_in
from tests.imports.conftest import balances, bring, every_table, look
from tests.prompt import told

pytestmark = pytest.mark.django_db

WHOLE = "id,name,points\nA1,王,100\nA2,李,1250\n"
CUT = WHOLE[:-3]  # 12 points instead of 1,250


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.csv"
    path.write_text(CUT)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_last_line_with_an_end_is_whole(
    hq: Store, tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "file.csv"
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    path.write_bytes((mark + WHOLE.replace("\n", end)).encode(encoding))
    named = "gb18030" if encoding == "gb18030" else ""
    outcome, _rows = look("members", path, encoding=named)
    assert "open_end" not in outcome.preview
    path.write_bytes((mark + CUT.replace("\n", end)).encode(encoding))
    outcome, _rows = look("members", path, encoding=named)
    assert outcome.preview["open_end"] == 3


def test_a_cut_file_is_kept_out_until_somebody_says_it_is_complete(
    hq: Store, cut: Path
) -> None:
    before = every_table()
    with pytest.raises(LastRowMayBeCut):
        bring("members", cut)
    assert every_table() == before
    said = told("import_members", str(cut), "--source=old", "--dry-run")
    assert "ends without a line break, on line 3" in said
    with pytest.raises(CommandError, match="may have been cut"):
        told("import_members", str(cut), "--source=old")
    assert every_table() == before
    told("import_members", str(cut), "--source=old", "--complete")
    member = Member.objects.get(name="李")
    assert balances()[member.pk, AccountKind.POINTS] == 12


def test_the_page_asks_before_it_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda _job: None)
    user = head_office()
    job = imports_services.upload(
        kind="members",
        options=ImportOptions(source="old"),
        file_name="cut.csv",
        pieces=[CUT.encode()],
        by=stores_services.act(staff=user, at=NOON),
        at=NOON,
    )
    imports_services.work(job_id=job.pk, at=NOON)
    office = signed_in(user)
    page = reverse("admin:imports_importjob_change", args=[job.pk])
    assert "it may have been cut" in office.get(page).content.decode()
    apply = reverse("admin:imports_importjob_changelist") + f"{job.pk}/apply/"
    assert "The file is complete" in office.get(apply).content.decode()
    office.post(apply, {})
    assert ImportJob.objects.get().status == "checked"
    with pytest.raises(LastRowMayBeCut):
        imports_services.ask_to_apply(
            job_id=job.pk, by=stores_services.act(staff=user, at=NOON), at=NOON
        )
    office.post(apply, {"is_complete": "on"})
    imports_services.work(job_id=job.pk, at=NOON)
    assert ImportJob.objects.get().status == "applied"
