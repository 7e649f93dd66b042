"""The documents name only what is there: files, tests, commands, names of the code."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.house import sources

DOCUMENTS = sorted(
    [*sources.BASE_DIR.glob("*.md"), *(sources.BASE_DIR / "docs").rglob("*.md")]
)
BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
FILE = re.compile(r"[\w./*-]*\w\.(?:py|sql|md|html|css|js|toml|yml|json|po|conf)")
NAME = re.compile(r"\w+(?:\.\w+)*")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
MANAGE = re.compile(r"\bmanage\.py ([a-z]\w+)")
MODULE = re.compile(r"python -m (benchmarks(?:\.\w+)+)")
# One trigger for each table of a list, named by its table.
OF_A_TABLE = re.compile(r"(\w+)_never_(?:changed|truncated|deleted)")
# Of others, named in ours.
OTHERS = {"auto_explain"}
TEXT = {".py", ".sql", ".html", ".toml", ".js", ".css", ".yml", ".conf", ""}


@cache
def files() -> list[Path]:
    """Everything of ours, without what is made or installed."""
    found = []
    for top in sources.BASE_DIR.iterdir():
        if top.is_file():
            found.append(top)
        elif not top.name.startswith(".") and top.name not in {"var", "staticfiles"}:
            found += [path for path in top.rglob("*") if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts]


@cache
def words() -> set[str]:
    """Every word of the code, and the names of its files."""
    found = set()
    for path in files():
        found.add(path.stem)
        if path.suffix in TEXT:
            found |= set(re.findall(r"\w+", path.read_text(errors="ignore")))
    return found


def is_file(named: str, document: Path) -> bool:
    if any(next(place.glob(named), None) for place in (sources.BASE_DIR, document)):
        return True
    return any(str(path).endswith(f"/{named}") for path in files())


def is_known(name: str) -> bool:
    of_a_table = OF_A_TABLE.fullmatch(name)
    known = words() | OTHERS
    return name in known or (of_a_table is not None and of_a_table[1] in known)


def unknown(document: Path) -> list[str]:
    """What a document names in passing and nobody knows."""
    found = []
    text = BLOCK.sub("", document.read_text())
    for quoted in QUOTED.findall(text):
        if FILE.fullmatch(quoted):
            if not quoted.startswith("/") and not is_file(quoted, document.parent):
                found.append(quoted)
        elif NAME.fullmatch(quoted):
            named = [part for part in quoted.split(".") if "_" in part]
            found += [part for part in named if not is_known(part)]
    return found


def by_name(path: Path) -> str:
    return sources.name_of(path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_what_a_document_names_is_there(document: Path) -> None:
    assert unknown(document) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_a_document_leads_to_others_that_are_there(document: Path) -> None:
    ways = LINK.findall(document.read_text())
    assert [way for way in ways if not (document.parent / way).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_command_that_a_document_gives_can_be_given(document: Path) -> None:
    text = document.read_text()
    given = "\n".join([*QUOTED.findall(text), *BLOCK.findall(text)])
    targets = re.findall(
        r"^([a-z][a-z-]*):", (sources.BASE_DIR / "Makefile").read_text(), re.M
    )
    modules = [name.replace(".", "/") for name in MODULE.findall(given)]
    missing = [name for name in MAKE.findall(given) if name not in targets]
    missing += [name for name in MANAGE.findall(given) if name not in get_commands()]
    missing += [
        name
        for name in modules
        if not (sources.BASE_DIR / f"{name}.py").exists()
        and not (sources.BASE_DIR / name / "__main__.py").exists()
    ]
    assert missing == []


def test_a_name_that_is_nowhere_would_be_seen(tmp_path: Path) -> None:
    document, nobody = tmp_path / "of_nothing.md", "_".join(("nobody", "knows", "it"))
    document.write_text(f"`no/such.py`, `{nobody}`, `manage.py` and `is_known`\n")

    assert unknown(document) == ["no/such.py", nobody]
