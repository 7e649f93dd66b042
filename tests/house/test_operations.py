"""The settings and the tasks that the documents list are those that there are."""

import ast
import re
from typing import Any

from celery.schedules import crontab
from django.conf import settings

from tests.house import sources

README = (sources.BASE_DIR / "README.md").read_text()
OPERATIONS = (sources.BASE_DIR / "docs" / "operations.md").read_text()
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
# Whatever reads the environment is called like one of these, or looks it up itself.
ENVIRONMENTS = {"environment", "told", "os.environ"}
# Set by make and Django for themselves.
OF_OTHERS = {"MAKELEVEL", "DJANGO_SETTINGS_MODULE"}
MUST = "must be given"
START = "The first time, and at each new version"


def section(document: str, title: str) -> str:
    return document.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of its tables, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0].startswith("`")]


def listed_settings() -> set[str]:
    return {
        name
        for row in rows(section(README, "Settings"))
        for name in re.findall(r"`([A-Z0-9_]+)`", row[0])
    }


def names_in(node: ast.AST) -> set[str]:
    """The words in an expression that may be names of settings."""
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and NAME.fullmatch(one.value)
    }


def readers(tree: ast.Module) -> set[str]:
    """Functions of config/env.py."""
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def read_settings() -> set[str]:
    """Every name that the code asks the environment for."""
    asked = readers(sources.tree_of(sources.BASE_DIR / "config" / "env.py"))
    found: set[str] = set()
    for path in sources.modules(migrations=False):
        for node in ast.walk(sources.tree_of(path)):
            found |= asked_by(node, asked)
    return found - OF_OTHERS


def asked_by(node: ast.AST, asked: set[str]) -> set[str]:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return names_in(node.slice) if is_environment(node.value) else set()
    if isinstance(node, ast.Compare):
        return names_in(node.left) if is_environment(node.comparators[0]) else set()
    if isinstance(node, ast.Call) and node.args and asks(node.func, asked):
        return names_in(node.args[0])
    return set()


def asks(function: ast.expr, asked: set[str]) -> bool:
    """Whether a function reads the environment."""
    if isinstance(function, ast.Attribute):
        of_env = ast.unparse(function.value) == "env" and function.attr in asked
        return of_env or is_environment(function.value)
    return isinstance(function, ast.Name) and function.id in asked


def is_environment(node: ast.expr) -> bool:
    return ast.unparse(node) in ENVIRONMENTS


def required_settings() -> set[str]:
    """Names read with `required=` production, or by a reader told of production."""
    found = set()
    for file in ("env.py", "settings.py"):
        tree = sources.tree_of(sources.BASE_DIR / "config" / file)
        for _name, call in sources.called(tree):
            for word in call.keywords:
                if word.arg == "required" and ast.unparse(word.value) in {
                    "PRODUCTION",
                    "production",
                }:
                    found |= names_in(call.args[0])
    return found


DAYS = {1: "Mondays "}  # as celery numbers them


def at_time(schedule: Any) -> str:  # celery's types do not know its parts
    minute = min(schedule.minute)
    if len(schedule.hour) == 24:
        return f"every hour, at {minute} past"
    day = DAYS[min(schedule.day_of_week)] if len(schedule.day_of_week) == 1 else ""
    return f"{day}{min(schedule.hour):02}:{minute:02}"


def when(schedule: object) -> str:
    """How the documents say a schedule."""
    if isinstance(schedule, crontab):
        return at_time(schedule)
    seconds = float(str(schedule))
    if seconds % 60:
        return f"every {seconds:.0f} seconds"
    return "every minute" if seconds == 60 else f"every {seconds / 60:.0f} minutes"


def test_the_readme_lists_every_setting_and_no_other() -> None:
    assert listed_settings() == read_settings()


def test_the_readme_says_which_settings_must_be_given() -> None:
    said = {
        name
        for row in rows(section(README, "Settings"))
        for name in re.findall(r"`([A-Z0-9_]+)`", row[0])
        if row[1] == MUST
    }
    assert said == required_settings()
    assert said == {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"}


def test_the_first_start_gives_what_must_be_given() -> None:
    given = set(re.findall(r"([A-Z_]+)=", section(OPERATIONS, START)))
    assert given <= listed_settings()
    assert given >= required_settings()


def test_operations_list_all_that_beat_asks_for_and_when() -> None:
    scheduled = {
        entry["task"]: when(entry["schedule"])
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }
    told = rows(section(OPERATIONS, "What beat asks for"))
    assert {row[0].strip("`"): row[1] for row in told} == scheduled
    assert len(told) == len(settings.CELERY_BEAT_SCHEDULE)
