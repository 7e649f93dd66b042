"""What docs/operations.md says, as commands to be run."""

import re
import shlex

from tests.house.sources import BASE_DIR

DOCUMENT = BASE_DIR / "docs" / "operations.md"


def section(title: str) -> str:
    return DOCUMENT.read_text().split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def block(title: str, language: str) -> str:
    """The first block of a section, in that language."""
    found = re.search(rf"^```{language}\n(.*?)^```", section(title), re.M | re.S)
    assert found, f"{title} has no block of {language}"
    return found[1]


def database_statements() -> list[str]:
    """What an administrator of the server says once."""
    statements = block("The database", "sql").split(";")
    return [words.strip() for words in statements if words.strip()]


def process(name: str) -> list[str]:
    """The command of a row of the first table."""
    found = re.search(rf"^\| {name} \|[^|]*\| `([^`]+)` \|", section("What runs"), re.M)
    assert found, f"no process {name}"
    return shlex.split(found[1])


def first_time() -> list[str]:
    """The lines of a first start, without comments and blanks."""
    title = "The first time, and at each new version"
    lines = [line.split("  #")[0].strip() for line in block(title, "sh").splitlines()]
    return [line for line in lines if line]
