"""The look-up of the counter."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import selectors as members_selectors
from members.models import Member
from members.selectors.find import questions
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return [member.name for member in members_selectors.find(text, NOON)]


@pytest.mark.parametrize(
    "typed",
    [
        "13800001234",
        "138 0000 1234",
        "+86 138-0000-1234",
        "0086 13800001234",
        "００１２３４",
        "1234",
        "001234",
        "cyl",
        "CYL",
        "chenyulan",
        "chen yu lan",
        "Chen Yulan",
        "cheny",
        "陈",
        "陳",
        "陈玉兰",
        "陳玉蘭",
        "陈玉",
        "yulan@example.com",
        "YULAN@example.com",
    ],
)
def test_one_person_is_found_by_whatever_is_said(typed: str) -> None:
    MemberFactory.create(
        name="陳玉蘭", phone="+8613800001234", email="yulan@example.com"
    )
    MemberFactory.create(name="王明", phone="+8613900005678")
    assert found(typed) == ["陳玉蘭"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("曾乐", "zengle"),
        ("曾乐", "cengle"),
        ("曾乐", "zl"),
        ("曾乐", "cl"),
        ("单雄信", "shan"),
        ("单雄信", "danxx"[:3]),
        ("尉迟恭", "yuchi"),
        ("吕布", "lv"),
        ("吕布", "lü"),
        ("吕布", "lyu"),
        ("Anna Smith", "smith"),
        ("Anna Smith", "ANNA"),
        ("José María", "jose"),
        ("O'Brien", "obrien"),
        ("O'Brien", "o’b"),
        ("王Tony", "wangt"),
        ("محمد علي", "محمد"),
        ("😀", "😀"),
        ("김철수", "김"),
    ],
)
def test_a_name_is_found_as_people_type_it(name: str, typed: str) -> None:
    MemberFactory.create(name=name)
    MemberFactory.create(name="钱七")
    assert found(typed) == [name]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\x00", "123", "%", "_", "....", "\ud800", "x" * 101, "#", "#0", "@"],
)
def test_nothing_is_found_by_nothing(typed: str) -> None:
    MemberFactory.create(name="陈玉兰", email="a@b.cn")
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["'; DROP TABLE members_member; --", "\\", "_h%"])
def test_signs_of_sql_are_signs(typed: str) -> None:
    MemberFactory.create(name="陈玉兰")
    assert found(typed) == []
    assert Member.objects.count() == 1


def test_the_closest_comes_first() -> None:
    for name in ("陈玉兰花", "陈玉兰", "陈玉", "陈一"):
        MemberFactory.create(name=name)
    assert found("chenyulan") == ["陈玉兰", "陈玉兰花"]
    assert found("陈玉") == ["陈玉", "陈玉兰", "陈玉兰花"]


def test_whoever_is_meant_in_two_ways_is_shown_once_at_the_closer() -> None:
    """`an` is one's whole name, and the initials of two others."""
    for name in ("安妮", "阿娜", "安", "安德"):
        MemberFactory.create(name=name)
    assert found("an") == ["安", "安妮", "阿娜", "安德"]


def test_a_number_of_ours_is_found() -> None:
    member = MemberFactory.create()
    assert found(f"#{member.pk}") == [member.name]


def test_who_was_merged_is_found_as_who_they_are_now() -> None:
    now = MemberFactory.create(name="陈玉兰", phone="+8613800001111")
    MemberFactory.create(
        name="陈小兰",
        phone="+8613800002222",
        status=Member.Status.MERGED,
        merged_into=now,
        ended_at=NOON,
    )
    assert found("13800002222") == ["陈玉兰"]
    assert found("chen") == ["陈玉兰"]


def test_a_look_up_asks_at_most_twice() -> None:
    MemberFactory.create(name="陈玉兰", phone="+8613800001234")
    for typed, most in (("13800001234", 2), ("1234", 2), ("cyl", 1), ("陈", 1)):
        with CaptureQueriesContext(connection) as asked:
            assert len(members_selectors.find(typed, NOON)) == 1
        assert len(asked) <= most


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


INDEX_OF = {
    "13800001234": ["members_member_one_per_phone", "members_member_by_tail"],
    "1234": ["members_member_by_tail"],
    "陈": ["members_member_by_name"],
    "玉兰花": ["members_member_by_name"],
    "cyl": [
        "members_member_by_pinyin",
        "members_member_by_initials",
        "members_member_other_pinyin",
        "members_member_other_init",
    ],
    "yulan@example.com": ["members_member_by_email"],
}


@pytest.fixture
def crowd() -> None:
    """Sixty thousand, of six families: common beginnings too."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
        cursor.execute("ANALYZE members_member")


CROWD = """
INSERT INTO members_member (name, phone, email, salutation, gender, language, birth_calendar,
    birth_leap, custom, status, joined_at, search_name, search_pinyin, search_initials,
    other_pinyin, other_initials)
SELECT f.name || g.name, '+86139' || lpad(n::text, 8, '0'),
       CASE WHEN n % 3 = 0 THEN 'm' || n || '@example.com' ELSE '' END, '', '', '', '',
       false, '{}', 'active', now(), f.name || g.name, f.pinyin || g.pinyin,
       left(f.pinyin, 1) || g.initials,
       CASE WHEN n % 20 = 0 THEN 'ceng' || g.pinyin ELSE '' END,
       CASE WHEN n % 20 = 0 THEN 'c' || g.initials ELSE '' END
  FROM generate_series(1, 60000) AS n,
       LATERAL (SELECT (ARRAY['陈','王','李','张','刘','曾'])[1 + n % 6] AS name,
                       (ARRAY['chen','wang','li','zhang','liu','zeng'])[1 + n % 6] AS pinyin) f,
       LATERAL (SELECT chr(20000 + n % 5000) || chr(21000 + n / 5000) AS name,
                       md5(n::text) AS pinyin, substr(md5(n::text), 1, 2) AS initials) g
"""  # noqa: E501 (SQL reads better unwrapped)


@pytest.mark.usefixtures("crowd")
def test_every_way_to_look_is_a_range_of_an_index() -> None:
    """Whatever is typed, no way reads the table; planned blindly as well."""
    for typed, indexes in INDEX_OF.items():
        asked = questions(typed, NOON)
        used: list[str] = []
        for number, question in enumerate(asked):
            for mode in ("force_custom_plan", "force_generic_plan"):
                plan = planned(f"look_{number}", question.sql, question.facts, mode)
                scans = [node for node in nodes(plan) if "Scan" in node["Node Type"]]
                assert scans, (typed, plan)
                for scan in scans:
                    assert scan["Node Type"] != "Seq Scan", (typed, mode, scan)
                    if scan["Node Type"] != "Bitmap Heap Scan":
                        assert scan.get("Index Cond"), (typed, mode, scan)
                names = {s["Index Name"] for s in scans if "Index Name" in s}
                used += sorted(names - set(used))
        assert used == indexes, typed


def planned(name: str, sql: str, facts: tuple[Any, ...], mode: str) -> dict[str, Any]:
    """The plan of a prepared statement, with or without knowing what is asked."""
    with connection.cursor() as cursor:
        for place in range(1, len(facts) + 1):
            sql = sql.replace("%s", f"${place}", 1)
        cursor.execute(f"SET LOCAL plan_cache_mode = {mode}")
        cursor.execute(f"PREPARE {name} AS {sql}")
        given = ", ".join(
            f"'{fact}'" if isinstance(fact, str) else str(fact) for fact in facts
        )
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {name} ({given})")
        told = cursor.fetchone()[0]
        cursor.execute(f"DEALLOCATE {name}")
    rows = json.loads(told) if isinstance(told, str) else told
    plan: dict[str, Any] = rows[0]["Plan"]
    return plan
