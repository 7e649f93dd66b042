"""Files as they come: every encoding and delimiter, and every way of being bad."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from common.errors import DomainError
from imports.reading import Cell, Limits, open_table
from tests.imports.conftest import Write

EVENING = datetime(2024, 2, 29, 18, 5)  # noqa: DTZ001 (a sheet has no zones)
CHINESE = ["会员号,姓名", "A1,王小明", "A2,李雷"]
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="sheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)


def table(path: Path, **options: Any) -> list[list[Cell]]:
    with open_table(path, **options) as found:
        return [list(found.header), *(list(row.cells) for row in found.rows)]


def refusal(path: Path, **options: str) -> str:
    """The sentence that a bad file gets; reading it to its end must not crash."""
    with pytest.raises(DomainError) as refused:
        table(path, **options)
    return str(refused.value)


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def forged(path: Path, rows: str, **parts: str) -> Path:
    """A workbook that no spreadsheet would write."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", parts.get("book", BOOK))
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows))
        for name, text in parts.items():
            if name != "book":
                archive.writestr(f"xl/{name}.xml", text)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_an_encoding_is_found(write: Write, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path = write(mark + CHINESE[0], *CHINESE[1:], encoding=encoding, end="\r\n")
    assert table(path) == [["会员号", "姓名"], ["A1", "王小明"], ["A2", "李雷"]]


def test_an_encoding_that_is_named_is_believed(write: Write) -> None:
    path = write("會員號,姓名", "A1,陳", encoding="cp950")
    assert table(path, encoding="big5") == [["會員號", "姓名"], ["A1", "陳"]]
    assert "known" in refusal(path, encoding="ebcdic")
    assert "Line 1" in refusal(path, encoding="utf-8")


def test_two_encodings_in_one_file_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    good = "".join(f"A{n},王小明\n" for n in range(200)).encode()
    path.write_bytes("号,名\n".encode() + good + "B1,李雷\n".encode("gb18030") + good)
    assert "Line 202" in refusal(path)


def test_bytes_of_no_encoding_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"a,b\n1,2\n\x81\x98\xff\x81,3\n")
    assert "Line 3" in refusal(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_found(write: Write, delimiter: str) -> None:
    path = write(delimiter.join(["a", '"b,;|\t"']), delimiter.join(["1", "2"]))
    assert table(path) == [["a", "b,;|"], ["1", "2"]]


def test_a_delimiter_can_be_said_by_the_file_or_by_hand(write: Write) -> None:
    assert table(write("sep=;", "a,x;b", "1;2")) == [["a,x", "b"], ["1", "2"]]
    assert table(write("a;b", "1;2"), delimiter="comma") == [["a;b"], ["1;2"]]
    assert "comma" in refusal(write("a;b"), delimiter="%")


def test_lines_are_counted_as_an_editor_does(write: Write) -> None:
    path = write("", "a,b", '"x', 'y",1', "", ",", "2,3")
    with open_table(path) as found:
        rows = [(row.line, list(row.cells)) for row in found.rows]
    assert rows == [(3, ["x\ny", "1"]), (7, ["2", "3"])]


BAD_TEXTS = {
    "nothing": b"",
    "blank lines": b"\n\n \n",
    "a million columns": b"," * 1_000_000 + b"\n",
    "many columns in a long line": b",".join([b"a"] * 300) + b"\n",
    "a NUL": b"a,b\n1,\x002\n",
    "a cell of ten megabytes": b"a,b\n" + b"x" * 10_000_000 + b",1\n",
    "a long quoted cell": b'a,b\n"' + b"x\n" * 100_000 + b'",1\n',
    "a quote that never ends": b'a,b\n"1,2\n3,4\n',
    "a quote in the wrong place": b'a,b\n"1"2,3\n',
    "a cell of many signs": b"a,b\n" + b"x" * 5000 + b",1\n",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "half an archive": b"PK\x03\x04" + b"\0" * 600,
    "only an end": b"PK\x05\x06" + b"\0" * 18,
}


@pytest.mark.parametrize("bad", BAD_TEXTS)
def test_a_bad_file_gets_a_sentence(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(BAD_TEXTS[bad])
    sentence = refusal(path)
    assert sentence.endswith((".", "?"))
    assert "{" not in sentence
    assert len(sentence) < 300


def test_a_file_beyond_the_limits_is_refused(write: Write) -> None:
    path = write("a", *["1"] * 50)
    for limits in (Limits(file_bytes=20), Limits(rows=20)):
        with (
            pytest.raises(DomainError),
            open_table(path, limits=limits) as found,
        ):
            list(found.rows)


def test_a_workbook_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "book.xlsx",
        ["会员号", "日期", "金额", "手机"],
        ["A1", date(2024, 2, 29), 29.33, 13800001234],
        ["A2", EVENING, 0.1 + 0.2, "0138"],
        [],
        ["A3", None, True, 1e20],
    )
    assert table(path) == [
        ["会员号", "日期", "金额", "手机"],
        ["A1", date(2024, 2, 29), "29.33", "13800001234"],
        ["A2", EVENING, "0.3", "0138"],
        ["A3", "", "true", "1e+20"],
    ]


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["first"])
    book.create_sheet("会员").append(["second"])
    book.save(tmp_path / "two.xlsx")
    assert table(tmp_path / "two.xlsx") == [["first"]]
    assert table(tmp_path / "two.xlsx", sheet="会员") == [["second"]]
    assert "sheet" in refusal(tmp_path / "two.xlsx", sheet="third")


def test_texts_in_the_common_table_are_found(tmp_path: Path) -> None:
    strings = "<sst><si><t>id</t></si><si><r><t>王</t></r><r><t>明</t></r>"
    strings += "<rPh><t>wang</t></rPh></si></sst>"
    rows = (
        '<row r="1"><c t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'
    )
    path = forged(tmp_path / "texts.xlsx", rows, sharedStrings=strings)
    assert table(path) == [["id"], ["王明"]]


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _megabyte in range(100):
                sheet.write(b" " * 1_000_000)
    assert path.stat().st_size < 200_000
    assert "unfolds" in refusal(path)


def test_an_archive_of_countless_parts_is_not_even_listed(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"xl/part-with-a-long-name-{number:>30}.xml", "")
    assert "unfolds" in refusal(path)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
FORGERIES = {
    "entities": ("", {"book": ENTITIES + BOOK}),
    "a row far below": ('<row r="999999999"><c><v>1</v></c></row>', {}),
    "rows backwards": ('<row r="2"/><row r="1"/>', {}),
    "a column far right": ('<row><c r="XFD1"><v>1</v></c></row>', {}),
    "endless cells": ("<row>" + "<c><v>1</v></c>" * 500 + "</row>", {}),
    "endless depth": ("<row>" * 500, {}),
    "not XML": ("<row", {}),
    "a text that is not there": ('<row><c t="s"><v>7</v></c></row>', {}),
    "a table of texts that ends early": ("", {"sharedStrings": "<sst><si><t>x"}),
    "no sheet": ("", {"book": "<workbook/>"}),
    "one long attribute": (f'<row r="{"1" * 3_000_000}"/>', {}),
    "wrong styles": ("", {"styles": '<styleSheet><numFmt numFmtId="x"/></styleSheet>'}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_workbook_gets_a_sentence(tmp_path: Path, forgery: str) -> None:
    rows, parts = FORGERIES[forgery]
    assert refusal(forged(tmp_path / "forged.xlsx", rows, **parts)).endswith(".")


def test_a_damaged_workbook_gets_a_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", ["id"], *([n] for n in range(500)))
    whole = bytearray(path.read_bytes())
    place = whole.index(b"xl/worksheets/sheet1.xml") + 200
    whole[place : place + 40] = b"\0" * 40
    path.write_bytes(whole)
    assert "damaged" in refusal(path)


def read_or_refuse(folder: Path, content: bytes) -> None:
    path = folder / "random"
    path.write_bytes(content)
    assert read_or_told(path)


def read_or_told(path: Path) -> bool:
    """Whether it is read to its end, or refused in words; anything else is a crash."""
    try:
        table(path)
    except DomainError as refused:
        return bool(str(refused))
    return True


@given(content=st.binary(max_size=2000))
def test_random_bytes_never_crash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for head in (b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"a,b\n"):
        read_or_refuse(folder, head + content)


@given(content=st.text(alphabet=st.characters(), max_size=500))
def test_random_text_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    read_or_refuse(folder, content.encode("utf-8", "surrogatepass"))
    read_or_refuse(folder, content.encode("gb18030", "replace"))


@given(
    place=st.integers(min_value=0, max_value=5000),
    content=st.binary(min_size=1, max_size=30),
)
def test_a_workbook_hit_anywhere_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, place: int, content: bytes
) -> None:
    file = BytesIO()
    book = Workbook()
    for row in (["id", "day"], [1, date(2024, 1, 2)], ["王", 3.5]):
        book.worksheets[0].append(row)
    book.save(file)
    whole = bytearray(file.getvalue())
    place = place % len(whole)
    whole[place : place + len(content)] = content
    read_or_refuse(tmp_path_factory.getbasetemp(), bytes(whole))


XML_PIECES = st.sampled_from(
    [
        "<row>",
        "</row>",
        '<row r="2">',
        "<c>",
        '<c t="s">',
        '<c t="d">',
        '<c t="n" s="1">',
        '<c t="inlineStr">',
        "</c>",
        "<v>",
        "</v>",
        "<is><t>",
        "</t></is>",
        "1",
        "-1e400",
        "2024-01-02",
        "nan",
        "x",
        "&amp;",
        "1e999",
        "99999999999",
    ]
)


@given(pieces=st.lists(XML_PIECES, max_size=30))
def test_any_sheet_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    styles = '<styleSheet><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    path = tmp_path_factory.getbasetemp() / "sheet.xlsx"
    forged(path, "".join(pieces), styles=styles)
    assert read_or_told(path)
