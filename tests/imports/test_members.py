"""Members moved in: found again, never doubled, corrected only where it is safe."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from imports.errors import ChangedMeanwhile, RowsAreBad
from imports.kinds import KINDS
from imports.models import ExternalRef
from imports.parts import References
from ledger import services as ledger_services
from members.models import Member
from stores.models import AuditEvent, Store
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
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

HEADER = "会员号,姓名,手机,邮箱,性别,生日,农历,语言,门店,入会日期"
WANG = "A1,王小明,138 0000 1234,wang@example.com,男,1990-05-03,,简体中文,HQ,2020-01-02"


def member(reference: str) -> Member:
    row = ExternalRef.objects.get(kind="member", reference=reference)
    assert row.member is not None
    return row.member


def test_a_member_comes_with_everything_the_file_says(hq: Store, write: Write) -> None:
    assert counts(bring("members", write(HEADER, WANG))) == {"new": 1}

    wang = member("A1")
    assert wang.name == "王小明"
    assert wang.phone == "+8613800001234"
    assert wang.email == "wang@example.com"
    assert (wang.gender, wang.language) == ("male", "zh-hans")
    assert (wang.birth_year, wang.birth_month, wang.birth_day) == (1990, 5, 3)
    assert wang.birth_calendar == "solar"
    assert wang.home_store == hq
    assert wang.joined_at.date() == date(2020, 1, 2)
    assert wang.search_pinyin == "wangxiaoming"
    event = AuditEvent.objects.get(act="imports.applied")
    assert event.facts["new"] == 1
    assert "138 0000" not in str(event.facts)
    assert "13800001234" not in str(event.facts)


def test_the_same_file_twice_changes_nothing(hq: Store, write: Write) -> None:
    path = write(HEADER, WANG)
    bring("members", path)
    before = every_table()
    assert counts(bring("members", path)) == {"same": 1}
    after = every_table()
    assert {t for t in after if after[t] != before[t]} <= {"stores_auditevent"}


def test_a_lunar_birthday_may_have_no_year(hq: Store, write: Write) -> None:
    bring("members", write("会员号,生日,农历", "A1,8-15,是"))
    found = member("A1")
    assert (found.birth_calendar, found.birth_year) == ("lunar", None)
    assert (found.birth_month, found.birth_day) == (8, 15)


def test_a_corrected_file_changes_only_what_it_corrects(
    hq: Store, write: Write
) -> None:
    bring("members", write("id,name,email,gender", "A1,Wang,a@b.com,男"))
    path = write("id,name,email,gender", "A1,王明,a@b.com,")

    assert counts(bring("members", path)) == {"changed": 1}

    found = member("A1")
    assert (found.name, found.email, found.gender) == ("王明", "a@b.com", "male")
    assert found.search_initials == "wm"
    assert counts(bring("members", path)) == {"same": 1}


def test_what_was_changed_here_since_stays(hq: Store, write: Write) -> None:
    path = write("id,name,email", "A1,Wang,a@b.com")
    bring("members", path)
    Member.objects.update(name="Wang the regular")

    assert counts(bring("members", path)) == {"same": 1}
    corrected = write("id,name,email", "A1,Wong,new@b.com")
    assert counts(bring("members", corrected)) == {"changed": 1}

    found = member("A1")
    assert (found.name, found.email) == ("Wang the regular", "new@b.com")


def test_who_is_here_already_is_known_by_phone(hq: Store, write: Write) -> None:
    here = MemberFactory.create(phone="+8613800001234", name="小王", email="")
    path = write(HEADER, WANG)

    assert counts(bring("members", path)) == {"changed": 1}

    here.refresh_from_db()
    assert Member.objects.count() == 1
    assert member("A1") == here
    assert (here.name, here.email) == ("小王", "wang@example.com")
    assert counts(bring("members", path)) == {"same": 1}


def test_a_phone_alone_is_a_reference(hq: Store, write: Write) -> None:
    path = write("手机,姓名", "13800001234,王", "+86 138 0000 1234,王")
    assert counts(bring("members", path)) == {"new": 1, "duplicate": 1}
    assert counts(bring("members", path)) == {"same": 1, "duplicate": 1}


def test_a_phone_and_a_birthday_are_not_changed_by_a_file(
    hq: Store, write: Write
) -> None:
    bring("members", write("id,phone,birthday", "A1,13800001234,1990-05-03"))
    bring("members", write("id,name", "A2,Li"))
    before = every_table()

    path = write(
        "id,phone,birthday",
        "A1,13800005678,1990-05-03",
        "A1,13800001234,1991-01-01",
        "A2,13800001234,",
    )
    assert whys("members", path) == [
        "2: The member has another phone: change it on the member’s own page.",
        "3: Line 2 says something else under this reference.",
        "4: Another member has this phone.",
    ]
    assert whys("members", write("id,birthday", "A1,1991-01-01")) == [
        "2: The member has another birthday: change it on the member’s own page."
    ]
    assert whys("members", write("id,phone", "A2,13800001234")) == [
        "2: Another member has this phone."
    ]
    assert whys("members", write("id,phone", "A3,13800001234")) == [
        "2: The member with this phone came under another reference of this source."
    ]
    assert every_table() == before
    # Where there was none, a file gives them.
    given = write("id,phone,birthday", "A2,13900001234,3-4")
    assert counts(bring("members", given)) == {"changed": 1}
    assert member("A2").phone == "+8613900001234"
    assert member("A2").birth_month == 3


def test_bad_rows_are_named_with_their_lines(hq: Store, write: Write) -> None:
    path = write(
        "id,name,phone,email,gender,birthday,lunar,language,store,joined,points",
        "A1,王小明,,,,,,,,,",
        ",王小明,,,,,,,,,",
        "A2,,12345,,,,,,,,",
        "A3,,,not an address,,,,,,,",
        "A4,,,,robot,,,,,,",
        "A5,,,,,2023-02-29,,,,,",
        "A6,,,,,13-40,,,,,",
        "A7,,,,,5-3,perhaps,,,,",
        "A8,,,,,,,klingon,,,",
        "A9,,,,,,,,nowhere,,",
        "B1,,,,,,,,,2999-01-01,",
        "B2,,,,,,,,,2026-12-31,",
        "B3,,,,,,,,,,1.5",
        f"B4,{'王' * 200},,,,,,,,,",
        "B5,a\x07b,,,,,,,,,",
        "6.2E+18,,,,,,,,,,",
        "B6,😀 علي,,,,,,,,,",
        "B7,,,,,2030-01-01,,,,,",
    )
    assert whys("members", path) == [
        "3: Neither a reference nor a phone says whose row this is.",
        "4: Phone is not the number of a phone.",
        "5: E-mail is not an e-mail address.",
        "6: Gender is none that is known here.",
        "7: Birthday is not a date in the order that was given.",
        "8: Birthday is not a day of the calendar.",
        "9: Lunar birthday is neither yes nor no.",
        "10: Language is none that is known here.",
        "11: There is no store of this code or name.",
        "12: Joined on lies too far away.",
        "13: Joined on lies in the future.",
        "14: Points is not a whole number.",
        "15: Name is too long, or holds what no name holds.",
        "16: Name holds characters that cannot be read.",
        "17: A spreadsheet has cut the digits of member’s reference:"
        " format the column as text.",
        "19: Birthday is not a day of the calendar.",
    ]


def test_a_dry_run_writes_nothing_at_all(hq: Store, write: Write) -> None:
    path = write("id,name,points,principal", "A1,王,5,10", "A2,李,0,")
    before = every_table()
    outcome, rows = look("members", path)
    assert counts(outcome) == {"new": 2}
    assert [row[:3] for row in rows] == [["2", "A1", "new"], ["3", "A2", "new"]]
    assert every_table() == before


def test_a_dry_run_could_not_write_if_it_tried(
    hq: Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_something(_context: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE stores_store SET name = 'changed'")

    monkeypatch.setattr(KINDS["members"], "judge", write_something)
    with pytest.raises(Exception, match="read-only transaction"):
        look("members", write("id,name", "A1,王"))
    hq.refresh_from_db()
    assert hq.name == "Head store"


def test_opening_balances_stand_in_the_same_row(hq: Store, write: Write) -> None:
    path = write(
        "会员号,储值余额,赠送金,赠送金有效期,积分,积分到期,成长值",
        "A1,300,50.5,2027-06-30,1200,2026-12-31,80",
        "A2,0,,,0,2020-01-01,",
    )
    assert counts(bring("members", path)) == {"new": 2}

    wang = member("A1").pk
    assert balances() == {
        (wang, "principal"): 300_00,
        (wang, "bonus"): 50_50,
        (wang, "points"): 1200,
        (wang, "growth"): 80,
    }
    assert ledger_services.prove_books().is_proven
    assert counts(bring("members", path)) == {"same": 2}
    assert len(balances()) == 4


def test_one_bad_row_keeps_everything_out(hq: Store, write: Write) -> None:
    before = every_table()
    with pytest.raises(RowsAreBad) as refused:
        bring("members", write("id,name,points", "A1,王,5", "A2,李,x"))
    assert "1" in str(refused.value)
    assert every_table() == before


def test_a_till_that_was_quicker_is_a_sentence(
    hq: Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone was enrolled after the rows were judged: all is left as it was."""
    before = every_table()

    def quicker(_context: Any) -> None:
        raise IntegrityError("members_member_one_per_phone")

    monkeypatch.setattr(KINDS["members"], "write", quicker)
    with pytest.raises(ChangedMeanwhile):
        bring("members", write("id,phone", "A1,13800001234"))
    assert every_table() == before


def test_an_erased_member_is_not_brought_back(hq: Store, write: Write) -> None:
    path = write("id,name", "A1,王")
    bring("members", path)
    gone = member("A1")
    References().forget(member_id=gone.pk, by=an_act(), at=NOON)

    assert whys("members", path) == [
        "2: This member was erased, and is not brought back."
    ]
    row = ExternalRef.objects.get(member=gone)
    assert "A1" not in row.reference
    assert row.brought == {}


def test_a_merged_member_is_found_under_both_references(
    hq: Store, write: Write
) -> None:
    bring("members", write("id,name", "A1,王", "A2,王"))
    first, second = member("A1"), member("A2")
    References().move(
        source_id=second.pk, target_id=first.pk, by=an_act(), at=NOON, key="merge"
    )
    assert member("A2") == first
    exported = References().export(member_id=first.pk)["external_references"]
    assert [row["reference"] for row in exported] == ["A1", "A2"]


def test_two_sources_have_references_of_their_own(hq: Store, write: Write) -> None:
    path = write("id,name", "1,王")
    assert counts(bring("members", path, source="north")) == {"new": 1}
    assert counts(bring("members", path, source="south")) == {"new": 1}
    assert Member.objects.count() == 2
