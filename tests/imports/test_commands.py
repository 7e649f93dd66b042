"""The same on the console: a dry run, the fates, all or nothing."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from members.models import Member
from stores.models import Store
from tests.imports.conftest import Write, every_table
from tests.prompt import told

pytestmark = pytest.mark.django_db


def command(kind: str, path: Path, *given: str) -> str:
    return told(f"import_{kind}", str(path), *given)


def test_a_file_under_other_names_is_mapped(hq: Store, write: Write) -> None:
    path = write("buyer;bought;paid;note", "1;03.02.2026;29,33;x", "2;04.02.2026;5;y")
    given = (
        "--source=till",
        "--store=HQ",
        "--map=buyer=member",
        "--map=bought=date",
        "--map=paid=amount",
        "--date-format=dmy",
        "--decimal-comma",
    )
    before = every_table()

    said = command("sales", path, *given, "--dry-run")

    assert "2 rows: 2 new." in said
    assert "Columns not read: note." in said
    assert "nothing was changed" in said
    assert every_table() == before
    assert "2 rows: 2 new." in command("sales", path, *given)
    assert "2 rows: 2 same as before." in command("sales", path, *given)
    assert Member.objects.count() == 2


def test_bad_rows_are_shown_and_keep_everything_out(
    hq: Store, write: Write, tmp_path: Path
) -> None:
    path = write("id,name,points", "A1,=1+1,5", "A2,李,x")
    report = tmp_path / "report.csv"
    before = every_table()

    said = command("members", path, "--dry-run", f"--report={report}")
    with pytest.raises(CommandError, match="Nothing was changed"):
        command("members", path)

    assert "Line 3: Points is not a number." in said
    assert every_table() == before
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "Line,Reference,Fate,Why",
        "2,A1,new,",
        "3,A2,bad,Points is not a number.",
    ]


def test_a_report_is_safe_to_open(hq: Store, write: Write, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    path = write("id,name", "=cmd|' /C calc'!A0,x", "＝1+1,y")
    command("members", path, "--dry-run", f"--report={report}")
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("2,'=cmd")
    assert lines[2].startswith("3,'＝1+1")


@pytest.mark.parametrize(
    "kind", ["stores", "members", "balances", "cards", "coupons", "sales"]
)
def test_a_file_that_cannot_be_read_is_a_sentence(
    hq: Store, write: Write, tmp_path: Path, kind: str
) -> None:
    for path in (tmp_path / "nothing.csv", write("a,b", "1,2"), write("")):
        with pytest.raises(CommandError) as refused:
            command(kind, path)
        assert str(refused.value).endswith(".")
    with pytest.raises(CommandError, match="no store"):
        command(kind, write("id", "1"), "--store=nowhere")
