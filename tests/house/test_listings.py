"""The documents that list tests name only tests that are there."""

import re

from tests.house import sources

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_is_listed_is_there() -> None:
    listed = NAMED.findall((sources.BASE_DIR / "docs" / "regressions.md").read_text())
    missing = [
        f"{path}::{name}"
        for path, name in listed
        if not (sources.BASE_DIR / path).exists()
        or f"def {name}(" not in (sources.BASE_DIR / path).read_text()
    ]
    assert missing == []
    assert len(listed) > 20
