"""One word for one thing, as the trade writes it, in both catalogues."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import pytest
from babel.messages.catalog import Message

from config import translations

CHINESE: Final = "\u4e00-\u9fff"
# A placeholder's text is not known; a tag is not text.
NOT_TEXT: Final = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|\{\{[^}]*\}\}|<[^>]*>")
TOUCHES: Final = re.compile(rf"[{CHINESE}][0-9A-Za-z]|[0-9A-Za-z][{CHINESE}]")

# What a cashier or member misreads, or the trade does not say.
UNWANTED: Final = {
    "zh_Hans": re.findall(
        r"\S+",
        """
        手机卡 集次 识客 奖品 追回 退付 流动金额 现款 国家规定 地区规则 积分政策
        礼品卡号 查无此人 不追究 钱包 客人 扣取 沉淀 添加
        """,
    ),
    "zh_Hant": re.findall(
        r"\S+",
        """
        可點數 專案 程式碼 登出登入 儲值加值 加值方案 滿減 抹零 口令 手機卡 禮品卡號
        禮品卡卡號 客人 上次回饋 展期 不記名 櫃台 錢櫃 總公司 後台程序 複核 手工
        錢包 獎品 支付密碼 國家規定 地區規則 普通字元 此前 到店記錄
        """,
    ),
}

# Spelled alike but for the capital, and two things: an act and a state, a heading and
# a column, a person and a place.
TWO_THINGS: Final = {
    "at the counter", "by line", "closed", "code", "consent", "count", "given",
    "handed over", "in cash", "issue", "name", "of", "opened", "ordered",
    "paid by", "sale", "sales", "set off", "spent", "taken back", "taken by",
    "task done", "text", "the member", "top-ups", "who",
}  # fmt: skip


def messages(language: str) -> Iterator[tuple[Message, str]]:
    for message in translations.read(language):
        if message.id:
            for text in translations.strings_of(message):
                yield message, text


def glossary() -> dict[str, tuple[str, str]]:
    """The table of docs/look.md: two terms a row, each in English and both Chinese."""
    words = {}
    text = (translations.BASE_DIR / "docs/look.md").read_text()
    for row in re.findall(r"^\| (.+) \|$", text.split("| English |", 1)[1], re.M):
        cells = [cell.strip() for cell in row.split("|")]
        for place in range(0, len(cells) - 2, 3):
            english, simplified, traditional = cells[place : place + 3]
            if re.search(f"[{CHINESE}]", simplified):
                words[english] = simplified, traditional
    return words


@pytest.mark.parametrize("place", [0, 1])
def test_a_term_of_the_glossary_has_its_word_wherever_it_stands_alone(
    place: int,
) -> None:
    words, seen = glossary(), set()
    other = []
    for message, text in messages(translations.LANGUAGES[place]):
        term = str(message.id).lower()
        if term in words and not message.context:
            seen.add(term)
            if text != words[term][place]:
                other.append((message.id, text, words[term][place]))
    assert other == []
    assert len(seen) > 40


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_words_that_the_trade_does_not_use_stand_nowhere(language: str) -> None:
    found = [
        (word, text)
        for _, text in messages(language)
        for word in UNWANTED[language]
        if word in text
    ]
    assert found == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_digit_or_letter_touches_a_chinese_sign(language: str) -> None:
    found = [
        text
        for _, text in messages(language)
        if TOUCHES.search(NOT_TEXT.sub("\0", text))
    ]
    assert found == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_a_capital_letter_decides_no_word(language: str) -> None:
    spelled = defaultdict(set)
    for message, text in messages(language):
        if not message.context and isinstance(message.id, str):
            spelled[message.id.lower()].add(text)
    two = {english for english, texts in spelled.items() if len(texts) > 1}
    assert two == TWO_THINGS


def test_what_django_and_the_theme_say_is_not_said_otherwise_here() -> None:
    """«Change» is a link and «Value» a field of a filter on every page of theirs."""
    for language, (change, value) in zip(
        translations.LANGUAGES, [("修改", "值"), ("修改", "值")], strict=True
    ):
        catalogue = translations.read(language)
        for word, chinese in (("Change", change), ("Value", value)):
            message = catalogue.get(word)
            assert message is not None
            assert message.string == chinese
