"""Every sentence has its Chinese, and the check would notice if one had not."""

import json
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from config import translations
from tests.factories.stores import UserFactory, signed_in

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


def test_only_what_is_installed_counts_as_translated_by_others() -> None:
    """The documentation's pages know «Filters» in Chinese; they are not ours."""
    for language in translations.LANGUAGES:
        known = translations.translated_elsewhere(language)
        assert ("", "Filters") not in known
        assert ("", "Save") in known


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_what_the_scripts_say_has_its_chinese_too(language: str) -> None:
    scripts = translations.template_catalogue(translations.SCRIPTS)
    assert translations.faults(language, scripts, translations.SCRIPTS) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language"), [("zh-hans", "zh_Hans"), ("zh-hant", "zh_Hant")]
)
def test_the_note_about_the_clock_comes_in_the_readers_language(
    asked: str, language: str
) -> None:
    note = "Note: Enter times in the %(timezone)s timezone. (You are %(offset)s hour"
    message = translations.read(language, translations.SCRIPTS).get(f"{note} behind.)")
    assert message is not None
    (chinese,) = translations.strings_of(message)

    office = signed_in(UserFactory.holding("head-office"))
    served = office.get("/admin/jsi18n/", headers={"accept-language": asked})

    assert json.dumps(chinese) in served.content.decode()
