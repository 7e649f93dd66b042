"""Every sentence has its Chinese, and the check would notice if one had not."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from config import translations

ROOT = Path(translations.BASE_DIR)


@pytest.fixture(scope="module")
def template() -> Catalog:
    return translations.template_catalogue()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_nothing_is_missing_doubtful_or_left_over(
    language: str, template: Catalog
) -> None:
    assert translations.faults(language, template) == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    source = translations.po_path(language)
    assert source.with_suffix(".mo").stat().st_mtime >= source.stat().st_mtime


def test_templates_and_modules_are_both_read(tmp_path: Path) -> None:
    page, module = tmp_path / "page.html", tmp_path / "module.py"
    page.write_text(
        "<p>\n   {% translate 'One' %}\n"
        "{% blocktranslate count n=n trimmed %}\n  {{ n }} row\n{% plural %}\n"
        "  {{ n }} rows\n{% endblocktranslate %}\n{# not 'this' #}\n"
        '{% translate "Two" context "menu" %}</p>'
    )
    module.write_text('from x import gettext_lazy as _\na = _("Three")\nb = _(name)\n')
    assert list(translations.extract(page)) == [
        ("", "One", ""),
        ("", "%(n)s row", "%(n)s rows"),
        ("menu", "Two", ""),
    ]
    assert list(translations.extract(module)) == [("", "Three", "")]


def test_each_kind_of_fault_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "BASE_DIR", tmp_path)
    template, held = Catalog(fuzzy=False), Catalog(locale="zh_Hans")
    for sentence in ("Missing", "Doubtful", "Of %(name)s", "Good"):
        template.add(sentence, locations=[("a.py", 1)])
    held.add("Doubtful", "存疑", flags=["fuzzy"])
    held.add("Of %(name)s", "属于 %(nome)s")
    held.add("Good", "好")
    held.add("Gone", "没了")
    translations.write("zh_Hans", held)
    assert sorted(translations.faults("zh_Hans", template)) == [
        "zh_Hans: fuzzy: 'Doubtful'",
        "zh_Hans: missing: 'Missing' (a.py)",
        "zh_Hans: placeholders differ: 'Of %(name)s'",
        "zh_Hans: unused: 'Gone'",
    ]


GLOSSARY = {
    "Gift card": ("礼品卡", "禮品卡"),
    "Points": ("积分", "點數"),
    "Principal": ("本金", "本金"),
    "Bonus": ("赠送金", "贈送金"),
    "Breakage": ("沉淀", "未使用收益"),
    "Growth value": ("成长值", "成長值"),
    "Top-up": ("充值", "儲值加值"),
    "Stores": ("门店", "門市"),
    "Tills": ("收银台", "收銀台"),
    "Shift": ("班次", "班次"),
    "Close the shift": ("交班", "交班"),
}


@pytest.mark.parametrize(("word", "chinese"), GLOSSARY.items())
def test_the_glossary_decides(word: str, chinese: tuple[str, str]) -> None:
    for language, expected in zip(translations.LANGUAGES, chinese, strict=True):
        message = translations.read(language).get(word)
        assert message is not None
        assert message.string == expected
