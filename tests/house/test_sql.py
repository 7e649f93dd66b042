"""Functions, triggers and views stand in `<app>/sql/`, and nowhere in a migration."""

import re

from common import sql_installation
from config import house
from tests.house import sources

# Tables cannot be made without these: a default, and what a CHECK asks.
NEEDED_BY_TABLES = {
    "ledger/migrations/0001_initial.py": "ledger_uuid7",
    "cards/migrations/0001_initial.py": "cards_luhn_holds",
    "members/migrations/0001_initial.py": "members_referral_code",
}
MAKES = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?"
    r"(?:FUNCTION|PROCEDURE|TRIGGER|(?:MATERIALIZED\s+)?VIEW)\s+(\w+)",
    re.IGNORECASE,
)
CALLS = re.compile(r"^SELECT (\w+)\(", re.MULTILINE)
READS = re.compile(r"read_text|read_bytes|\bopen\(|keep_forever")
# What a file may do besides: whatever else it did would not be undone with its text.
STATEMENT = re.compile(
    r"^(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|GRANT|REVOKE)\b.*", re.M
)
ALLOWED = re.compile(
    r"CREATE OR REPLACE (?:FUNCTION|TRIGGER|VIEW) \w+"
    r"|DROP TRIGGER IF EXISTS \w+ ON \w+;|CREATE CONSTRAINT TRIGGER \w+"
    r"|ALTER TABLE \w+ ENABLE ALWAYS TRIGGER \w+;"
)


def test_no_migration_makes_a_function_or_reads_a_file() -> None:
    found = {}
    for path in sources.modules():
        if "migrations" in path.parts:
            text = path.read_text(encoding="utf-8")
            if made := [*MAKES.findall(text), *READS.findall(text)]:
                found[sources.name_of(path)] = ", ".join(made)
    assert found == NEEDED_BY_TABLES


def test_what_tables_need_is_in_a_file_too_and_the_same_to_begin_with() -> None:
    texts = "\n".join(file.text for file in sql_installation.files())
    assert set(NEEDED_BY_TABLES.values()) <= set(MAKES.findall(texts))


def test_files_only_make_what_can_be_made_again() -> None:
    wrong = [
        f"{file.name}: {statement}"
        for file in sql_installation.files()
        for statement in STATEMENT.findall(file.text)
        if not ALLOWED.match(statement)
    ]
    assert wrong == []


def test_what_a_file_makes_is_named_for_an_app() -> None:
    prefixes = tuple(f"{app}_" for app in house.APPS)
    for file in sql_installation.files():
        for name in MAKES.findall(file.text.replace("%I", "")):
            assert name.startswith(prefixes) or name == "BEFORE", (file.name, name)


def test_a_call_that_makes_something_is_of_a_function_made_before() -> None:
    before = ""
    for file in sql_installation.files():
        before += file.text
        for name in CALLS.findall(file.text):
            assert f"FUNCTION {name}(" in before, (file.name, name)
