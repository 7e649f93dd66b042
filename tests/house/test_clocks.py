"""Moments are told by one module, which knows the clock of each store."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house import sources

# What knows the clock of a store, and what its pages may use instead: `clock`, `day`,
# `moment`, `clock_of`.
KNOWS = "common/tables.py"
# At the counter the clock of the till's store is set for the whole page
# (`counter/middleware`); elsewhere these write days, which have no clock.
COUNTER = "templates/counter/"
DAYS = {
    "templates/admin/index.html": 2,
    "templates/home.html": 1,
}
IN_TEMPLATES = re.compile(r"\|(?:date|time)\b|\{%\s*now\b|\|localtime|\|timezone:")
# Turned into words, or taken apart, by a clock that nobody named.
TELLING = {"localtime", "strftime", "ctime", "make_naive", "time_format"}
ALLOWED = {
    "coupons/models/templates.py",  # from when until when on any day
    "coupons/services/templates.py",  # the same
    "imports/values.py",  # the pattern of a file's days
    "stores/selectors/shifts.py",  # a slip of fixed width, by its store's own zone
}


def templates() -> Iterator[Path]:
    for app in (*sources.APPS, "templates"):
        yield from sorted((sources.BASE_DIR / app).rglob("templates/**/*.html"))
        yield from sorted((sources.BASE_DIR / app).rglob("templates/**/*.txt"))
    yield from sorted((sources.BASE_DIR / "templates").rglob("*.html"))
    yield from sorted((sources.BASE_DIR / "templates").rglob("*.txt"))


def test_no_template_of_the_office_or_of_a_letter_tells_a_moment_by_itself() -> None:
    found = {
        sources.name_of(path): len(IN_TEMPLATES.findall(path.read_text()))
        for path in templates()
        if not sources.name_of(path).startswith(COUNTER)
        and IN_TEMPLATES.search(path.read_text())
    }
    assert found == DAYS


def bypasses(tree: ast.AST) -> Iterator[str]:
    """Where a moment is told without asking whose clock it is."""
    for name, call in sources.called(tree):
        with_zone = len(call.args) + len(call.keywords) > 1
        if (
            (name in TELLING and not (name == "localtime" and with_zone))
            or (name == "astimezone" and not call.args and not call.keywords)
            or (name == "date_format" and _has_hours(call))
        ):
            yield f"{name}, line {call.lineno}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)
            if "%H" in spec or "%X" in spec:
                yield f"an f-string, line {node.lineno}"


def _has_hours(call: ast.Call) -> bool:
    words = [arg.value for arg in call.args[1:] if isinstance(arg, ast.Constant)]
    return any("DATETIME" in str(word) or "TIME_FORMAT" in str(word) for word in words)


def test_no_code_tells_a_moment_by_itself() -> None:
    found = {
        sources.name_of(path): told
        for path in sources.modules(migrations=False)
        if sources.name_of(path) not in {KNOWS, *ALLOWED}
        and (told := list(bypasses(sources.tree_of(path))))
    }
    assert found == {}


def test_the_guard_sees_each_way_around_the_clock() -> None:
    for text in (
        "localtime(at)",
        "at.astimezone()",
        "at.strftime('%H:%M')",
        "date_format(at, 'SHORT_DATETIME_FORMAT')",
        "f'{at:%Y-%m-%d %H:%M}'",
        "make_naive(at)",
    ):
        assert list(bypasses(ast.parse(text))), text
    for text in (
        "localtime(at, zone_of(row))",
        "at.astimezone(store.zone)",
        "date_format(day, 'SHORT_DATE_FORMAT')",
        "f'{amount:,}'",
    ):
        assert not list(bypasses(ast.parse(text))), text
