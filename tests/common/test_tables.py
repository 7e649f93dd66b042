"""The tables inside the admin's pages."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.html import strip_tags

from common.tables import Column, link, moment, noted, table

EVIL = "<script>alert('name')</script>"


def words(html: str) -> list[str]:
    return strip_tags(html).split()


def test_rows_stand_under_their_titles_in_order() -> None:
    drawn = table(["Who", "What"], [("Ann", "tea"), ("Bo", "cake")])

    assert words(drawn) == ["Who", "What", "Ann", "tea", "Bo", "cake"]
    assert drawn.count('scope="col"') == 2


def test_only_numbers_keep_to_the_right() -> None:
    drawn = table(["Who", Column("Sum", is_number=True)], [("Ann", 5), ("Bo", 7)])

    at_the_right = [line for line in drawn.splitlines() if "text-right" in line]
    assert [words(line) for line in at_the_right] == [["Sum"], ["5"], ["7"]]


def test_whatever_has_no_rows_is_a_sentence() -> None:
    assert words(table(["Who"], [])) == ["–"]
    assert words(table(["Who"], iter(()), nothing="Nobody yet.")) == ["Nobody", "yet."]
    assert "<table" not in table(["Who"], [])


def test_none_is_a_dash_and_zero_is_zero() -> None:
    assert words(table(["A", "B", "C"], [(None, 0, False)])) == [
        *("A", "B", "C"),
        *("–", "0", "False"),
    ]


def test_a_row_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(["Who", "What"], [("Ann",)])


def test_everything_is_escaped() -> None:
    cells = (
        EVIL,
        link(EVIL, f'/there"{EVIL}'),
        noted(EVIL, EVIL),
        noted(link(EVIL, "/"), 1),
    )
    drawn = table([EVIL, Column(EVIL), "", ""], [cells])

    assert "<script" not in drawn
    assert '/there"' not in drawn
    assert drawn.count("&lt;script&gt;") == 8
    assert "<script" not in table([EVIL], [], nothing=EVIL)


def test_a_link_and_a_note_are_markup() -> None:
    drawn = table(["Who"], [[noted(link("Ann", "/ann/"), "since May")]])

    assert '<a class="underline" href="/ann/">Ann</a>' in drawn
    assert words(drawn) == ["Who", "Ann", "since", "May"]


def test_a_moment_is_where_the_reader_is() -> None:
    at = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)

    with translation.override("en"):
        assert strip_tags(moment(at)) == "23 Nov 2026, 01:30"
