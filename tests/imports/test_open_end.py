"""A file that was cut in its last cell is noticed, and somebody is asked."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.urls import reverse
from openpyxl import Workbook

from common.errors import DomainError
from imports import services as imports_services
from imports import tasks
from imports.errors import EncodingUnknown, FileRefused, LastRowMayBeCut
from imports.models import ImportJob
from imports.options import ImportOptions
from ledger.kinds import AccountKind
from members.models import Member
from stores import services as stores_services
from stores.models import Store
from tests.factories.imports import head_office
from tests.factories.stores import NOON, signed_in
from tests.imports.conftest import Write, balances, bring, every_table, look
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
    assert "last_row" not in outcome.preview
    path.write_bytes((mark + CUT.replace("\n", end)).encode(encoding))
    outcome, _rows = look("members", path, encoding=named)
    assert outcome.preview["last_row"] == {
        "line": 3,
        "row": "A2 | 李 | 12",
        "is_short": False,
    }


def test_a_cut_file_is_kept_out_until_somebody_says_it_is_complete(
    hq: Store, cut: Path
) -> None:
    before = every_table()
    with pytest.raises(LastRowMayBeCut):
        bring("members", cut)
    assert every_table() == before
    said = told("import_members", str(cut), "--source=old", "--dry-run")
    assert "ends without a line break, on line 3" in said
    assert "Its last row: A2 | 李 | 12\n" in said
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
    asks = office.get(apply).content.decode()
    assert "The file is complete" in asks
    assert "Its last row: A2 | 李 | 12" in asks
    office.post(apply, {})
    assert ImportJob.objects.get().status == "checked"
    with pytest.raises(LastRowMayBeCut):
        imports_services.ask_to_apply(
            job_id=job.pk, by=stores_services.act(staff=user, at=NOON), at=NOON
        )
    office.post(apply, {"is_complete": "on"})
    imports_services.work(job_id=job.pk, at=NOON)
    assert ImportJob.objects.get().status == "applied"


@pytest.mark.parametrize(
    ("lines", "is_doubtful"),
    [
        (["id,name,points", "A1,王,100", "A2,李"], True),
        (["id,name,points", "A1,王"], True),
        (["id,name,points", "A1,王", "A2,李"], False),  # all of them are short
        (["id,name,points", "A1,王,100", "A2,李,"], False),
        (["id,name,points,", "A1,王,100", "A2,李,12"], False),
    ],
)
def test_a_last_row_shorter_than_every_other_is_asked_about(
    hq: Store, write: Write, lines: list[str], *, is_doubtful: bool
) -> None:
    path = write(*lines)
    outcome, _rows = look("members", path)
    assert ("last_row" in outcome.preview) == is_doubtful
    if not is_doubtful:
        bring("members", path)
        return
    before = every_table()
    with pytest.raises(LastRowMayBeCut, match="fewer cells than every other"):
        bring("members", path)
    assert every_table() == before
    bring("members", path, complete=True)


def test_of_a_phone_in_the_last_row_no_more_than_its_end_is_shown(
    hq: Store, tmp_path: Path
) -> None:
    path = tmp_path / "cut.csv"
    path.write_text("id,phone,name\nA1,13812345678,王\nA2,13912345678,李")
    outcome, _rows = look("members", path)
    assert outcome.preview["last_row"]["row"] == "A2 | *******5678 | 李"


def test_wherever_a_file_is_cut_it_is_noticed(hq: Store, tmp_path: Path) -> None:
    """A cut between two rows leaves a whole file behind: nobody can see that."""
    path = tmp_path / "cut.csv"
    whole = WHOLE.encode()
    for place in range(1, len(whole)):
        if whole[place - 1 : place] == b"\n":
            continue
        path.write_bytes(whole[:place])
        try:
            assert bring("members", path).rows == 0, whole[:place]
        except DomainError:
            assert not Member.objects.exists()


@pytest.mark.parametrize("text", ["id,name\nA1,王小", "id,name\nA1,Zoë\nA2,Ren\u00e9"])
@pytest.mark.parametrize("encoding", ["", "utf-8"])
def test_a_cut_in_the_midst_of_a_character_is_no_question_of_encodings(
    hq: Store, tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(text.encode()[:-1])
    with pytest.raises(FileRefused, match="in the midst of a character, on line"):
        look("members", path, encoding=encoding)


def test_a_western_name_at_the_end_is_still_a_question_of_encodings(
    hq: Store, tmp_path: Path
) -> None:
    path = tmp_path / "western.csv"
    path.write_bytes("id,name\nA1,Ren\u00e9".encode("cp1252"))
    with pytest.raises(EncodingUnknown):
        look("members", path)


def test_a_cut_in_a_quoted_cell_and_in_a_workbook_say_so(
    hq: Store, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(FileRefused, match=r"line 3 never ends.* cut there"):
        look("members", write("id,name", "A1,王", 'A2,"李'))
    book = Workbook()
    for row in (["id", "name"], ["A1", "王"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "book.xlsx")
    content = (tmp_path / "book.xlsx").read_bytes()
    (tmp_path / "book.xlsx").write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(FileRefused, match="has no end: it was cut on its way"):
        look("members", tmp_path / "book.xlsx")
